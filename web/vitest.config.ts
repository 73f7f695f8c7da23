import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __HASHES__: "{}" },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
