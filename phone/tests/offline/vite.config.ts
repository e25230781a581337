import { join } from "node:path";
import { defineConfig } from "vite";
import { licences } from "../../build/licences.ts";
import { offline } from "../../build/offline.ts";

const phone = join(import.meta.dirname, "../..");
const version = process.env.APP_VERSION ?? "first";

/** As the app is built, but for the page, the version, and compressed copies. */
export default defineConfig({
  root: import.meta.dirname,
  base: "/phone/",
  publicDir: join(phone, "public"),
  logLevel: "warn",
  build: { target: "es2023", assetsInlineLimit: 0 },
  worker: { format: "es" },
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [licences(phone), offline(join(phone, "src/offline/worker/worker.ts"), version)],
});
