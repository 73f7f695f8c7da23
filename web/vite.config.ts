import { defineConfig } from "vite";

// Builds src/graphiql/ to dist/graphiql/. The server gives index.html at
// GET /graphql and the rest below /static/graphiql/.
export default defineConfig({
  root: "src/graphiql",
  base: "/static/graphiql/",
  publicDir: false,
  build: {
    outDir: "../../dist/graphiql",
    emptyOutDir: true,
    chunkSizeWarningLimit: 4096, // kB; the Monaco editor is one large chunk
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // "use client", in many packages
    },
  },
});
