/** The app's version: that of the package, and a digest of everything that it is built from. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { filesIn, sha256 } from "./files.ts";

const SOURCES = ["src", "build", "public", "index.html", "package-lock.json", "vite.config.ts"];

/** Such as 0.1.0+5f3a9c0d2b1e: the same sources have the same one, whenever and wherever they are built. */
export function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const found = SOURCES.filter((name) => existsSync(join(root, name))).flatMap((name) =>
    statSync(join(root, name)).isDirectory()
      ? filesIn(join(root, name)).map((file) => `${name}/${file}`)
      : [name],
  );
  const listed = found.map((file) => `${file} ${sha256(join(root, file), "hex")}\n`).join("");
  return `${version}+${sha256(Buffer.from(listed), "hex").slice(0, 12)}`;
}
