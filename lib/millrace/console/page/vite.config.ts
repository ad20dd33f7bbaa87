import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the page's policy lets only files of its own in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite` while the page is written: the API of this machine answers.
  server: { proxy: { "/v1": "http://127.0.0.1:8080", "/console/session": "http://127.0.0.1:8080" } },
});
