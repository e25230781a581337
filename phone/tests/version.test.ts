import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { versionOf } from "../build/version.ts";

function sources(): string {
  const folder = mkdtempSync(join(tmpdir(), "attune-version-"));
  mkdirSync(join(folder, "src/app"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"version": "1.2.3"}');
  writeFileSync(join(folder, "src/app/main.ts"), "start();");
  writeFileSync(join(folder, "src/other.ts"), "other();");
  return folder;
}

test("the same sources have the same version, wherever they are", () => {
  expect(versionOf(sources())).toBe(versionOf(sources()));
  expect(versionOf(sources())).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/);
});

test("another content and another name are another version", () => {
  const [before, written, renamed] = [sources(), sources(), sources()];
  writeFileSync(join(written, "src/other.ts"), "another();");
  renameSync(join(renamed, "src/other.ts"), join(renamed, "src/another.ts"));
  expect(new Set([before, written, renamed].map(versionOf)).size).toBe(3);
});
