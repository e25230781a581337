/**
 * Builds the service worker into sw.js, with the list of what it keeps: every file of the app with its
 * SHA-256, as it was built.
 */

import { join, resolve } from "node:path";
import { build, type Plugin } from "vite";
import { filesIn, sha256 } from "./files.ts";

const KEPT = /^(assets|icons)\/|^manifest\.webmanifest$/;

/** `worker`: its entry; `version`: the app's. */
export function offline(worker: string, version: string): Plugin {
  let folder = "";
  let base = "/";
  return {
    name: "attune-offline",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
      base = config.base;
    },
    closeBundle: {
      order: "pre",
      sequential: true,
      async handler() {
        await build({
          configFile: false,
          publicDir: false,
          logLevel: "warn",
          define: {
            __APP_VERSION__: JSON.stringify(version),
            __PRECACHED__: JSON.stringify(precached(folder, base)),
          },
          build: {
            outDir: folder,
            emptyOutDir: false,
            target: "es2023",
            rolldownOptions: {
              input: worker,
              output: { format: "iife", entryFileNames: "sw.js" },
            },
          },
        });
      },
    },
  };
}

/** [address, SHA-256 in base64] of each file; the page itself is at the app's own address. */
function precached(folder: string, base: string): [string, string][] {
  const files = filesIn(folder).filter((file) => KEPT.test(file));
  return [
    [base, sha256(join(folder, "index.html"), "base64")],
    ...files.map((file): [string, string] => [base + file, sha256(join(folder, file), "base64")]),
  ];
}
