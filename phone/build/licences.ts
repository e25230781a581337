/** The licences of what is shipped with the app, in one text: about/third-party-licences.txt. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

export const LICENCES = "about/third-party-licences.txt";
const LINE = `\n${"-".repeat(80)}\n\n`;

// Packages of onnxruntime come without the text of their licence; it is that of its repository.
const MIT_OF_ONNX_RUNTIME = readFileSync(
  join(import.meta.dirname, "onnxruntime.licence.txt"),
  "utf8",
);

interface Package {
  name: string;
  version: string;
  license: string;
  author?: string | { name: string };
  homepage?: string;
  repository?: string | { url: string };
  dependencies?: Record<string, string>;
}

/** `root`: the folder of package.json and node_modules. */
export function licences(root: string): Plugin {
  return {
    name: "attune-licences",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: LICENCES, source: textOf(root) });
    },
  };
}

/** Every package that `dependencies` lead to, by name, with the text of its licence. Throws for one
 * without a licence. */
export function textOf(root: string): string {
  const own = packageAt(root);
  const parts = shipped(root, own).map((found) => {
    if (!found.license) throw new Error(`${found.name} names no licence.`);
    const head = `${found.name} ${found.version}\nLicence: ${found.license}\n${origin(found)}`;
    return `${head}\n${textIn(root, found)}`;
  });
  return `What is shipped with the Attune app and was made by others.\n${LINE}${parts.join(LINE)}`;
}

/** Types alone are not shipped. */
function shipped(root: string, own: Package): Package[] {
  const found = new Map<string, Package>();
  const visit = ({ dependencies = {} }: Package) => {
    for (const name of Object.keys(dependencies)) {
      if (found.has(name) || name.startsWith("@types/")) continue;
      const next = packageAt(join(root, "node_modules", name));
      found.set(name, next);
      visit(next);
    }
  };
  visit(own);
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function packageAt(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function origin({ author, homepage, repository }: Package): string {
  const by = typeof author === "string" ? author : author?.name;
  const from = homepage ?? (typeof repository === "string" ? repository : repository?.url);
  return [by && `By: ${by}\n`, from && `From: ${from}\n`].filter(Boolean).join("");
}

function textIn(root: string, { name, license }: Package): string {
  const folder = join(root, "node_modules", name);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length > 0)
    return files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  if (name.startsWith("onnxruntime-")) return MIT_OF_ONNX_RUNTIME;
  return `The package has no text of its licence; it is under ${license}, https://spdx.org/licenses/${license}.\n`;
}
