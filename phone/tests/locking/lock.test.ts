/** Setting, opening, changing and taking away the lock; wrong PINs; several tabs. */

import { expect, test, vi } from "vitest";
import { waitAfter } from "../../src/locking/tries.ts";
import { around, clockAt, connected, DEVICE, NOON, newName, serverOf } from "../surroundings.ts";
import {
  authenticator,
  everything,
  livedIn,
  NAMES,
  openLock,
  openPage,
  PASSKEY,
  type Page,
  PIN,
  rate,
  setLock,
} from "./pages.ts";

const [MINUTE, DAY] = [60_000, 86_400_000];

async function lockedPage(): Promise<Page> {
  const page = await openPage();
  await page.keepDevice(page.database, DEVICE);
  await page.setPin(page.database, PIN);
  await page.lockNow(page.database);
  return page;
}

test("a PIN that was set stays out of the way of the page that set it, and locks the next", async () => {
  const page = await livedIn();
  const kept = await everything(page);
  expect(await page.lockState(page.database)).toBe("none");
  await page.setPin(page.database, PIN);
  expect(await page.lockState(page.database)).toBe("open");
  expect(await everything(page)).toStrictEqual(kept);
  page.database.close();

  const next = await openPage(page.name);
  expect(await next.lockState(next.database)).toBe("locked");
  await expect(next.keptDevice(next.database)).rejects.toThrow(next.Locked);
  await expect(rate(next, "fourth")).rejects.toThrow(next.Locked);
  await next.unlockWithPin(next.database, PIN);
  expect(await next.lockState(next.database)).toBe("open");
  expect(await everything(next)).toStrictEqual(kept);
  expect(await next.finishSealing(next.database)).toBe(0);
  expect(await everything(next)).toStrictEqual(kept);
});

test("a closed lock closes what was never sealed as well", async () => {
  const page = await openPage();
  await setLock(page);
  await page.lockNow(page.database);
  const plain = { as: "plain", value: "calm" } as const;
  await expect(page.unseal(plain)).rejects.toThrow(page.Locked);
  await openLock(page);
  expect(await page.unseal(plain)).toBe("calm");
});

test("while the lock is closed nothing is handed over, and nothing is noted", async () => {
  const page = await livedIn();
  await setLock(page);
  await page.lockNow(page.database);
  const before = await page.database.getAll("state");
  const server = serverOf(() => new Response());
  const result = await page.sync(page.database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(result).toEqual({ ending: "locked", stored: 0, again: null });
  expect(server.calls).toEqual([]);
  expect(await page.database.getAll("state")).toEqual(before);
});

test("a key that lay unguarded is used no more once there is a lock, nor after a lock in between", async () => {
  const page = await openPage();
  const ids = [(await page.openRing(page.database)).key.id];
  const first = await page.seal("first");
  await setLock(page);
  ids.push((await page.openRing(page.database)).key.id);
  await page.removeLock(page.database, { passkey: PASSKEY });
  expect(await page.lockState(page.database)).toBe("none");
  expect((await page.openRing(page.database)).key.id).toBe(ids[1]); // nothing was sealed anew
  const second = await page.seal("second");
  await setLock(page);
  ids.push((await page.openRing(page.database)).key.id);
  expect(new Set(ids).size).toBe(3);
  await page.lockNow(page.database);
  await openLock(page);
  expect([await page.unseal(first), await page.unseal(second)]).toEqual(["first", "second"]);
});

test("another PIN wraps the same key, and the one before opens nothing", async () => {
  const page = await lockedPage();
  const { id } = (await page.openRing(page.database)).key;
  await page.setPin(page.database, "correct horse battery", { pin: PIN });
  await page.lockNow(page.database);
  await expect(page.unlockWithPin(page.database, PIN)).rejects.toThrow(page.WrongPin);
  await page.unlockWithPin(page.database, "correct horse battery");
  expect((await page.openRing(page.database)).key.id).toBe(id);
});

test("an open lock is not changed without being opened again", async () => {
  const page = await lockedPage();
  await page.unlockWithPin(page.database, PIN);
  await expect(page.setPin(page.database, "314159")).rejects.toThrow(page.Locked);
  const wrong = { pin: "314159" };
  await expect(page.setPin(page.database, "314159", wrong)).rejects.toThrow(page.WrongPin);
  await expect(page.removeLock(page.database, wrong)).rejects.toThrow(page.WrongPin);
  expect(await page.lockState(page.database)).toBe("open");
});

test("a PIN has six characters, and is the same from every keyboard", async () => {
  const page = await openPage();
  await expect(page.setPin(page.database, "12345")).rejects.toThrow(page.TooShort);
  expect(await page.lockState(page.database)).toBe("none");
  await page.setPin(page.database, "２７１８２８");
  await page.lockNow(page.database);
  await page.unlockWithPin(page.database, "271828");
});

test("wrong PINs cost more and more time, in the next page as well, and never the data", async () => {
  const page = await lockedPage();
  const { database } = page;
  let now = NOON;
  const wrong = () => page.unlockWithPin(database, "000000", now);
  for (let free = 0; free < 4; free++) await expect(wrong()).rejects.toMatchObject({ wait: 0 });
  await expect(wrong()).rejects.toMatchObject({ wait: 10_000 });
  await expect(page.unlockWithPin(database, PIN, now)).rejects.toThrow(page.TooSoon);
  database.close();

  const next = await openPage(page.name);
  expect(await next.lockOf(next.database, now)).toMatchObject({ ways: ["pin"], wait: 10_000 });
  now += 10_000;
  await expect(next.unlockWithPin(next.database, "000000", now)).rejects.toThrow(next.WrongPin);
  expect((await next.lockOf(next.database, now)).wait).toBe(20_000);
  now -= DAY; // a clock that was set back locks nobody out for a day
  await next.unlockWithPin(next.database, PIN, now);
  expect(await next.keptDevice(next.database)).toEqual(DEVICE);
  expect((await next.lockOf(next.database, now)).wait).toBe(0);
});

test("the wait grows to five minutes and no further", () => {
  const waits = [4, 5, 6, 7, 8, 9, 10, 50].map(waitAfter);
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000));
});

test("a try that was broken off by closing the page counts", async () => {
  const page = await lockedPage();
  const lost = new Error("The page was closed.");
  const broken = page.counted(page.database, NOON, () => Promise.reject(lost));
  await expect(broken).rejects.toBe(lost);
  expect((await page.openRing(page.database)).tries.failures).toBe(1);
});

test("a full disk locks nobody out", async () => {
  const page = await lockedPage();
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  });
  await page.unlockWithPin(page.database, PIN);
  full.mockRestore();
  expect(await page.keptDevice(page.database)).toEqual(DEVICE);
});

test.each([{ atOnce: false }, { atOnce: true }])("a passkey opens the lock; %o", async (given) => {
  const page = await openPage();
  const { database } = page;
  const passkey = authenticator(given);
  await page.keepDevice(database, DEVICE);
  await page.setPasskey(database, NAMES, undefined, passkey);
  await page.lockNow(database);
  await expect(page.unlockWithPin(database, PIN)).rejects.toThrow(page.Locked); // none is set
  passkey.confirms = false;
  await expect(page.unlockWithPasskey(database, passkey)).rejects.toThrow(page.NotConfirmed);
  passkey.confirms = true;
  await page.unlockWithPasskey(database, passkey);
  expect(await page.keptDevice(database)).toEqual(DEVICE);
});

test("another authenticator with a passkey of the same name opens nothing", async () => {
  const page = await openPage();
  await page.setPasskey(page.database, NAMES, undefined, authenticator());
  await page.lockNow(page.database);
  const other = page.unlockWithPasskey(page.database, authenticator());
  await expect(other).rejects.toMatchObject({ name: "OperationError" });
  expect(await page.lockState(page.database)).toBe("locked");
});

test("a passkey that answers no salts is of no use, and nothing changes", async () => {
  const page = await openPage();
  const useless = page.setPasskey(page.database, NAMES, undefined, authenticator({ prf: false }));
  await expect(useless).rejects.toThrow(page.NoPrf);
  expect(await page.lockState(page.database)).toBe("none");
});

test("a passkey is offered where the browser says that it has the extension", async () => {
  const { isPasskeyOffered } = await openPage();
  const having = (capabilities: Record<string, boolean>) =>
    isPasskeyOffered({ getClientCapabilities: async () => capabilities });
  const both = { "extension:prf": true, userVerifyingPlatformAuthenticator: true };
  expect(await having(both)).toBe(true);
  expect(await having({ ...both, "extension:prf": false })).toBe(false);
  expect(await having({ "extension:prf": true })).toBe(false);
  expect(await isPasskeyOffered({})).toBe(false);
  expect(await isPasskeyOffered(undefined)).toBe(false);
});

test("PIN and passkey open the same lock, and each can go alone", async () => {
  const page = await lockedPage();
  const { database } = page;
  const passkey = authenticator();
  const { id } = (await page.openRing(database)).key;
  await page.setPasskey(database, NAMES, { pin: PIN }, passkey);
  expect((await page.lockOf(database)).ways).toEqual(["pin", "passkey"]);
  await page.lockNow(database);
  await page.unlockWithPasskey(database, passkey);
  await page.setPin(database, "314159", { passkey }); // the PIN was forgotten
  await page.removeLock(database, { pin: "314159" }, "passkey");
  await page.lockNow(database);
  await expect(page.unlockWithPasskey(database, passkey)).rejects.toThrow(page.Locked);
  await page.unlockWithPin(database, "314159");
  expect((await page.openRing(database)).key.id).toBe(id);
  await page.removeLock(database, { pin: "314159" }, "pin");
  expect(await page.lockState(database)).toBe("none");
});

test("a lock that is set in one tab closes the other before it seals anything more", async () => {
  const one = await livedIn();
  const two = await openPage(one.name);
  const old = await two.seal("calm");
  const heard = new Promise<void>((resolve) => {
    const stop = two.watchLock(two.database, () => {
      stop();
      resolve();
    });
  });
  await setLock(one);
  await expect(two.seal("calm")).rejects.toThrow(two.Locked);
  await expect(two.unseal(old)).rejects.toThrow(two.Locked);
  await heard;
  expect(await two.lockState(two.database)).toBe("locked");
  expect(await one.unseal(old as never)).toBe("calm"); // what it was about to write is not lost
  await openLock(two);
  expect(await two.keptDevice(two.database)).toEqual(DEVICE);
});

test("a row of another tab's new key is not taken for a damaged one", async () => {
  const one = await livedIn();
  const two = await openPage(one.name);
  await setLock(one);
  await one.finishSealing(one.database);
  await expect(two.keptDevice(two.database)).rejects.toThrow(two.Locked);
});

test("closed by hand, the lock is closed in all tabs; opened, in this one", async () => {
  const one = await livedIn();
  await setLock(one);
  const two = await openPage(one.name);
  expect(await two.lockState(two.database)).toBe("locked");
  await openLock(two);
  const heard = new Promise<void>((resolve) => {
    const stop = two.watchLock(two.database, () => {
      stop();
      resolve();
    });
  });
  await one.lockHere(one.database);
  expect(await two.lockState(two.database)).toBe("open");
  await one.lockNow(one.database);
  await heard;
  expect(await two.lockState(two.database)).toBe("locked");
});

test("a lock that is taken away in one tab is open in the other", async () => {
  const one = await livedIn();
  await setLock(one);
  const two = await openPage(one.name);
  await one.removeLock(one.database, { passkey: PASSKEY });
  expect(await two.keptDevice(two.database)).toEqual(DEVICE);
});

test("two tabs that set a lock at once: one is told that it was overtaken", async () => {
  const one = await livedIn();
  const two = await openPage(one.name);
  const both = [one.setPin(one.database, PIN), two.setPin(two.database, "314159")];
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const pin = ends[0].status === "fulfilled" ? PIN : "314159";
  const next = await openPage(one.name);
  await next.unlockWithPin(next.database, pin);
  expect(await next.keptDevice(next.database)).toEqual(DEVICE);
});

test("what is written while the first lock is being set is kept", async () => {
  const page = await livedIn();
  let isSet = false;
  const setting = setLock(page).then(() => {
    isSet = true;
  });
  let rated = 0;
  for (; !isSet; rated++) await rate(page, `meanwhile-${rated}`);
  await setting;
  expect(rated).toBeGreaterThan(0);
  await page.lockNow(page.database);
  await openLock(page);
  expect((await everything(page)).history).toHaveLength(3 + rated);
});

test("nothing to lock without a lock", async () => {
  const database = await connected(newName());
  const page = await openPage(database.name);
  await page.lockNow(page.database);
  expect(await page.keptDevice(page.database)).toEqual(DEVICE);
  expect(await page.lockOf(page.database, NOON + MINUTE)).toMatchObject({ ways: [], wait: 0 });
});
