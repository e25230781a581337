/** Forgetting leaves nothing, and says before what is lost by it. */

import { expect, test } from "vitest";
import { everything, livedIn, openPage, setLock } from "./pages.ts";

function cachesOf(...names: string[]) {
  const left = new Set(names);
  return {
    left,
    keys: async () => [...left],
    delete: async (name: string) => left.delete(name),
  };
}

test("what was not sent can be counted with a closed lock, before anything goes", async () => {
  const page = await livedIn();
  await setLock(page);
  await page.lockNow(page.database);
  expect(await page.unsent(page.database)).toEqual({ items: 3, decisions: 1 });
});

test("the phone is as new: nothing is there, other tabs are told, and there is no lock", async () => {
  const page = await livedIn();
  await setLock(page);
  const { key } = await page.openRing(page.database);
  await page.lockNow(page.database);
  const other = await openPage(page.name);
  const caches = cachesOf("shell", "music");
  await page.forgetPhone(page.database, caches);
  expect(other.overtaken).toHaveBeenCalledOnce();
  expect(caches.left.size).toBe(0);
  const next = await openPage(page.name);
  expect(await next.lockState(next.database)).toBe("none");
  expect((await next.openRing(next.database)).key.id).not.toBe(key.id);
  for (const name of next.database.objectStoreNames) {
    if (name !== "lock") expect(await next.database.count(name)).toBe(0);
  }
  await expect(everything(page)).rejects.toThrow();
});
