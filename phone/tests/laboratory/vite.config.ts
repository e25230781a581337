import { defineConfig } from "vite";

const PAGES = ["index.html", "player.html"];

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  logLevel: "warn",
  worker: { format: "es" },
  build: { rolldownOptions: { input: PAGES.map((page) => `${import.meta.dirname}/${page}`) } },
});
