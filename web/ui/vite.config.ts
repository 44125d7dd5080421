import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { monaco } from "./monaco.plugin.ts";

// What the server replaces in the page; ui.go has the same words.
const hashMark = "HASH-OF-THE-FILES";
const nonceMark = "NONCE-OF-THE-PAGE";

export default defineConfig({
  plugins: [react(), monaco()],
  html: { cspNonce: nonceMark },
  worker: { format: "es", plugins: () => [monaco()], rolldownOptions: { output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" } } },
  // The forms' package has a helper for tests that asks for a validator which the policy of the page forbids. Nothing here uses the helper.
  resolve: { alias: { "@rjsf/validator-ajv8": new URL("./src/config/validator.ts", import.meta.url).pathname } },
  server: { proxy: { "/v1": "http://127.0.0.1:8080", "/auth": "http://127.0.0.1:8080" } },
  // Files ask for each other relative to themselves, and the page by the path that only the server knows.
  experimental: {
    renderBuiltUrl: (name, { hostType }) => (hostType === "html" ? `/_ui/${hashMark}/${name}` : { relative: true }),
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 12_000,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
