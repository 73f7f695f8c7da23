// Audits a server by npm's graphql-http: node audit.mjs URL TOKEN, from a folder where that is installed.
import { auditServer } from 'graphql-http'

const [url, token] = process.argv.slice(2)
const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })

const results = await auditServer({ url, fetchFn })
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))))
