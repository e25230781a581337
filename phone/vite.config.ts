import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { compression } from "./build/compression.ts";
import { licences } from "./build/licences.ts";
import { offline } from "./build/offline.ts";
import { versionOf } from "./build/version.ts";

const root = import.meta.dirname;
const version = versionOf(root);

export default defineConfig({
  // All of it lies within the service worker's scope, the model's thread too: a thread whose script is
  // elsewhere is not served by the service worker, and would not start offline (docs/phone-app.md).
  base: "/phone/",
  build: { outDir: "dist", target: "es2023", assetsInlineLimit: 0 }, // the policy allows no data: fonts
  worker: { format: "es" },
  define: { __APP_VERSION__: JSON.stringify(version) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [
    licences(root),
    offline(join(root, "src/offline/worker/worker.ts"), version),
    compression(join(root, "node_modules/.compressed")),
  ],
  test: { include: ["tests/**/*.test.ts"] },
});
