import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// Builds src/app/ to dist/app/. The server gives index.html at the
// application's addresses and the rest below /static/app/.
// scripts/build.mjs says which documents are known by which hash.
const hashes = process.env.DOCUMENTS ? readFileSync(process.env.DOCUMENTS, "utf-8") : "{}";

export default defineConfig({
  root: "src/app",
  base: "/static/app/",
  publicDir: false,
  define: { __HASHES__: hashes },
  build: {
    outDir: "../../dist/app",
    emptyOutDir: true,
    assetsDir: "assets",
    manifest: "manifest.json",
    target: "es2022",
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // "use client", in many packages
    },
  },
  experimental: {
    // The server gives dist/app/assets at /static/app, without a folder.
    renderBuiltUrl: (file) => `/static/app/${file.replace(/^assets\//, "")}`,
  },
});
