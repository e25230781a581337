/**
 * Compressed copies beside what was built (.br, .gz), which Django's static files find there: it pays off
 * to compress once, as hard as can be, what every phone loads.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";
import { filesIn, sha256 } from "./files.ts";

const COMPRESSIBLE = /\.(js|css|html|wasm|json|webmanifest|svg|txt)$/;
const LARGE = 1_000_000; // bytes; brotli takes half a minute for ONNX Runtime, so that is kept

/** `kept`: a folder for compressed copies of large files, which change with a new package alone. */
export function compression(kept: string): Plugin {
  let folder = "";
  return {
    name: "attune-compression",
    apply: "build",
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        const files = filesIn(folder).filter((file) => COMPRESSIBLE.test(file));
        await Promise.all(files.map((file) => compressed(join(folder, file), kept)));
      },
    },
  };
}

async function compressed(file: string, kept: string): Promise<void> {
  const content = readFileSync(file);
  for (const [ending, compress] of Object.entries(WAYS)) {
    const copy = join(kept, `${sha256(content, "hex")}${ending}`);
    if (content.length >= LARGE && existsSync(copy)) {
      writeFileSync(file + ending, readFileSync(copy));
      continue;
    }
    const packed = await compress(content);
    writeFileSync(file + ending, packed);
    if (content.length < LARGE) continue;
    mkdirSync(kept, { recursive: true });
    writeFileSync(`${copy}.part`, packed);
    renameSync(`${copy}.part`, copy); // whole or not at all
  }
}

const WAYS: Record<string, (content: Uint8Array) => Promise<Uint8Array>> = {
  ".gz": (content) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  ".br": (content) =>
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
};
