/** The files below a folder, in one order on every machine. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Their paths from `folder`, with slashes. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort((one, other) => (one < other ? -1 : 1));
}

/** SHA-256 of a file or of what was read of it. */
export function sha256(content: Uint8Array | string, as: "hex" | "base64"): string {
  const bytes = typeof content === "string" ? readFileSync(content) : content;
  return createHash("sha256").update(bytes).digest(as);
}
