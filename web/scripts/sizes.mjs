// Prints how much compressed script each page loads, and fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 350_000;
const manifest = JSON.parse(readFileSync("dist/app/manifest.json", "utf-8"));
const sizeOf = (file) => gzipSync(readFileSync(`dist/app/${file}`)).length;

function filesOf(key, found = new Set(), lazy = false) {
  const { file, imports = [], dynamicImports = [] } = manifest[key];
  if (!found.has(file)) {
    found.add(file);
    for (const name of imports) filesOf(name, found, lazy);
    if (lazy && key !== "index.html") for (const name of dynamicImports) filesOf(name, found, lazy);
  }
  return found;
}

const shell = filesOf("index.html");
let isOver = false;
for (const key of Object.keys(manifest).filter((name) => /^pages\/[^/]+\/page\.tsx$/.test(name)).sort()) {
  // With what it loads when it is looked at, like the Sankey.
  const files = [...new Set([...shell, ...filesOf(key, new Set(), true)])].filter((file) => file.endsWith(".js"));
  const bytes = files.reduce((sum, file) => sum + sizeOf(file), 0);
  isOver ||= bytes > BUDGET;
  console.log(`${key.split("/")[1].padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(7)} kB of ${BUDGET / 1000} kB`);
}
process.exit(isOver ? 1 : 0);
