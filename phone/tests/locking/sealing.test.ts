/** What lies in the database tells nothing, and is not believed when it was changed. */

import { expect, test } from "vitest";
import { DEVICE, newName } from "../surroundings.ts";
import {
  dump,
  everything,
  lettersOf,
  livedIn,
  MOOD,
  openPage,
  PIN,
  setLock,
  VECTOR,
} from "./pages.ts";

test("nothing of the patient can be read in a dump of the database", async () => {
  const page = await livedIn();
  const secrets = [
    DEVICE.token,
    DEVICE.patientCode,
    DEVICE.clinicName,
    String(MOOD),
    lettersOf(VECTOR),
    "Evening calm",
    "K7PM-3XQA",
    "no such kind",
    "text_version",
  ];
  const found = await dump(page);
  for (const secret of secrets) expect(found).not.toContain(JSON.stringify(secret).slice(1, -1));
  await page.database.put("device", { as: "plain", value: DEVICE }, "this");
  await page.database.put("history", { ...DEVICE, id: "x", vector: VECTOR } as never);
  const open = await dump(page); // the search finds what is there
  expect(open).toContain(DEVICE.token);
  expect(open).toContain(JSON.stringify(lettersOf(VECTOR)).slice(1, -1));
});

test("a lock leaves no key in the database that opens anything by itself", async () => {
  const page = await livedIn();
  await page.setPin(page.database, PIN);
  const { key, retired } = await page.openRing(page.database);
  expect(Object.keys(key).sort()).toEqual(["id", "pin"]);
  expect(retired).toHaveLength(1);
  expect(await dump(page)).not.toContain(PIN);
});

test("a page that opens later reads what was kept, with no lock to open", async () => {
  const before = await livedIn();
  const kept = await everything(before);
  before.database.close();
  const after = await openPage(before.name);
  expect(await everything(after)).toStrictEqual(kept);
  expect(kept.device).toEqual(DEVICE);
  expect(kept.model?.vector).toEqual(VECTOR);
});

test("the same is never sealed the same twice", async () => {
  const page = await openPage();
  const [one, other] = [await page.seal("calm"), await page.seal("calm")];
  expect(one).not.toEqual(other);
  expect(await page.unseal(one)).toBe(await page.unseal(other));
});

test("a byte that was changed is refused, wherever it is", async () => {
  const page = await openPage();
  const sealed = await page.seal({ valence: 0.5 });
  if (sealed.as === "plain") throw new Error("It was not sealed.");
  for (const field of ["iv", "bytes"] as const) {
    for (let place = 0; place < sealed[field].length; place++) {
      const flipped = { ...sealed, [field]: sealed[field].slice() };
      flipped[field][place] ^= 1;
      await expect(page.unseal(flipped), `${field} ${place}`).rejects.toThrow(page.Unreadable);
    }
  }
  const cut = { ...sealed, bytes: sealed.bytes.slice(0, -1) };
  await expect(page.unseal(cut)).rejects.toThrow(page.Unreadable);
  expect(await page.unseal(sealed)).toEqual({ valence: 0.5 });
});

test("a key that is gone, or another one's name on a row, is said", async () => {
  const page = await openPage();
  const sealed = await page.seal("calm");
  await expect(page.unseal({ ...sealed, key: "other" } as never)).rejects.toThrow(page.Unreadable);
  await setLock(page);
  const key = (await page.openRing(page.database)).key.id; // this page has both keys
  await expect(page.unseal({ ...sealed, key } as never)).rejects.toThrow(page.Unreadable);
  expect(await page.unseal(sealed)).toBe("calm");
});

test("what an app before kept plain is read, and sealed by the first pass", async () => {
  const page = await openPage();
  await page.database.put("device", { as: "plain", value: DEVICE }, "this");
  expect(await page.keptDevice(page.database)).toEqual(DEVICE);
  expect(await page.finishSealing(page.database)).toBe(0);
  expect(await page.keptDevice(page.database)).toEqual(DEVICE);
  expect(await dump(page)).not.toContain(DEVICE.token);
});

test("two tabs that open a new phone at once have the same key", async () => {
  const name = newName();
  const one = await openPage(name);
  await one.database.delete("lock", "ring");
  one.closeRing();
  const two = await openPage(name);
  await Promise.all([one.openRing(one.database), two.openRing(two.database)]);
  expect(await two.unseal((await one.seal("calm")) as never)).toBe("calm");
});
