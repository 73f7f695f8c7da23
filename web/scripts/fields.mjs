// Fails where an operation asks for a field that no component beside it reads.
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse, visit } from "graphql";

const DOCUMENT = /graphql\(\s*`([^`]*)`/g;

// Where answers are handed to whole.
const SHARED = ["parts", "api"];

export function unreadFields(root = "src/app") {
  const files = readdirSync(root, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(d|test)\.tsx?$/.test(name))
    .map((name) => ({ path: `${root}/${name}`, text: readFileSync(`${root}/${name}`, "utf-8") }));
  const problems = [];
  for (const { path, text } of files) {
    const beside = files.filter(
      (file) => dirname(file.path) === dirname(path) || SHARED.some((folder) => file.path.startsWith(`${root}/${folder}/`)),
    );
    // What is only written to be asked for is not read.
    const code = beside.map((file) => file.text.replace(DOCUMENT, "")).join("\n");
    for (const [, document] of text.matchAll(DOCUMENT)) {
      visit(parse(document), {
        Field({ name, alias }) {
          const key = (alias ?? name).value;
          if (!new RegExp(`\\b${key}\\b`).test(code)) problems.push(`${path}: ${key} is asked for and never read`);
        },
      });
    }
  }
  return problems;
}
