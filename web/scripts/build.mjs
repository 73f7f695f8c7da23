// Builds the application and GraphiQL, beside each other.
import { spawn } from "node:child_process";
import { gatherDocuments, write } from "./documents.mjs";
import { unreadFields } from "./fields.mjs";

const HASHES = "dist/hashes.json";

function vite(config, environment = {}) {
  return new Promise((resolve, reject) => {
    const words = ["node_modules/vite/bin/vite.js", "build", "--config", config];
    const child = spawn(process.execPath, words, { stdio: "inherit", env: { ...process.env, ...environment } });
    child.on("exit", (code) => (code ? reject(new Error(`${config}: the build failed`)) : resolve()));
  });
}

async function application() {
  const unread = unreadFields();
  if (unread.length) throw new Error(unread.join("\n"));
  const { manifest, hashes } = await gatherDocuments();
  write(HASHES, hashes);
  await vite("vite.app.config.ts", { DOCUMENTS: HASHES });
  write("dist/app/documents.json", manifest);
}

const only = process.argv[2];
try {
  await Promise.all([
    only === "graphiql" ? null : application(),
    only === "app" ? null : vite("vite.config.ts"),
  ]);
  process.exit(); // the bundler's own threads can outlast its work
} catch (error) {
  console.error(String(error.message ?? error));
  process.exit(1);
}
