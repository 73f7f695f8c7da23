import type { GraphiQLProps } from "graphiql";

import type { Config } from "./config";

/**
 * Sends operations to the API. The token goes in here, not in the headers tab,
 * so that it is neither shown nor stored; a header typed there replaces it.
 */
export function createFetcher({ endpoint, token }: Config): GraphiQLProps["fetcher"] {
  return async (params, options) => {
    const headers = new Headers({
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
    });
    if (token) {
      headers.set("Authorization", `Bearer ${token}`);
    }
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      headers.set(name, String(value));
    }
    const response = await fetch(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify(params),
    });
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      const message = `HTTP ${response.status}: ${body || response.statusText}`;
      return { errors: [{ message }] };
    }
  };
}
