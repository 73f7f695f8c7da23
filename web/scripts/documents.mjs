// Gathers the operations of the application: checks each against the schema
// that the API serves, and writes the manifest of trusted documents.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { buildSchema, parse, print, validate } from "graphql";
import { build } from "vite";

const FOLDER = "dist/documents";

export async function gatherDocuments() {
  await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    define: { __HASHES__: "{}" },
    build: {
      ssr: "src/app/documents.ts",
      outDir: FOLDER,
      emptyOutDir: true,
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
    ssr: { noExternal: [/^@visx/, /^@mantine/, /^@tanstack/, "urql", "@urql/core"] },
  });
  const { documents } = await import(new URL(`../${FOLDER}/documents.js`, import.meta.url).href);
  const schema = buildSchema(readFileSync("../schema/schema.graphql", "utf-8"));
  const manifest = {};
  const hashes = {};
  const problems = [];
  for (const document of documents) {
    const text = print(document);
    const operation = document.definitions.find((node) => node.kind === "OperationDefinition");
    const name = operation.name.value;
    if (hashes[name]) problems.push(`${name}: there are two operations of this name`);
    for (const error of validate(schema, parse(text))) problems.push(`${name}: ${error.message}`);
    const hash = createHash("sha256").update(text).digest("hex");
    manifest[hash] = text;
    hashes[name] = hash;
  }
  if (problems.length) {
    throw new Error(`operations that schema/schema.graphql does not answer:\n  ${problems.join("\n  ")}`);
  }
  return { manifest, hashes };
}

export function write(path, content) {
  mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
  writeFileSync(path, JSON.stringify(content, null, 1));
}
