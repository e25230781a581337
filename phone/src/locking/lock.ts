/**
 * The lock: a PIN, a passkey or both, which guard the data key (docs/phone-data.md).
 *
 * A key that ever lay unguarded guards nothing: the first lock makes a new one, and the one before is wrapped
 * by it in the same step. `finishSealing` (resealing.ts) then seals what there is anew.
 */

import {
  type ByDevice,
  forUse,
  type KeyRow,
  newDataKey,
  type RingRow,
  unwrapByDevice,
  wrap,
  wrapByDevice,
} from "../store/keys.ts";
import { addKeys, closeRing, holds, Locked, openRing } from "../store/ring.ts";
import type { Database } from "../store/schema.ts";
import { inOne } from "../store/transactions.ts";
import { type Authenticator, type Names, unwrapByPasskey, wrapByPasskey } from "./passkey.ts";
import { unwrapByPin, wrapByPin } from "./pin.ts";
import { tellTabs } from "./tabs.ts";
import { counted, restOf } from "./tries.ts";

/** `none`: no lock is set; `locked`: this page has to be unlocked first; `open`: it was. */
export type LockState = "none" | "locked" | "open";

const WAYS = ["pin", "passkey"] as const;
export type Way = (typeof WAYS)[number];

/** What opens the lock. Asked again before it is changed: an open phone may lie in another's hand. */
export type Proof = { pin: string } | { passkey: Authenticator };

/** Another tab changed the lock meanwhile. */
export class Overtaken extends Error {}

export async function lockState(database: Database): Promise<LockState> {
  const { key } = await openRing(database);
  if (key.device !== undefined) return "none";
  return holds(key.id) ? "open" : "locked";
}

/** What is set, how long until a PIN may be tried (ms), and whether there is work for `finishSealing`. */
export async function lockOf(
  database: Database,
  now = Date.now(),
): Promise<{ ways: Way[]; wait: number; unfinished: boolean }> {
  const { key, tries, unfinished } = await openRing(database);
  return { ways: waysOf(key), wait: restOf(tries.notBefore, now), unfinished };
}

/** Throws WrongPin and TooSoon (tries.ts); Locked where no PIN is set. */
export function unlockWithPin(database: Database, pin: string, now = Date.now()): Promise<void> {
  return unlock(database, { pin }, now);
}

/** Throws NotConfirmed (passkey.ts); Locked where no passkey is set. */
export function unlockWithPasskey(
  database: Database,
  passkey: Authenticator = navigator.credentials,
): Promise<void> {
  return unlock(database, { passkey }, Date.now());
}

/** Set a PIN, or another one. `proof`: where there is a lock. Throws TooShort (pin.ts), what unlocking
 * throws, and Overtaken. */
export async function setPin(
  database: Database,
  pin: string,
  proof?: Proof,
  now = Date.now(),
): Promise<void> {
  await setWay(database, proof, now, async (key, id) => ({ pin: await wrapByPin(key, id, pin) }));
}

/** Set a passkey, or another one; from a tap, or browsers refuse. Throws NoPrf and NotConfirmed (passkey.ts),
 * what unlocking throws, and Overtaken. */
export async function setPasskey(
  database: Database,
  names: Names,
  proof?: Proof,
  authenticator: Authenticator = navigator.credentials,
  now = Date.now(),
): Promise<void> {
  await setWay(database, proof, now, async (key, id) => ({
    passkey: await wrapByPasskey(key, id, names, authenticator),
  }));
}

/** Take away one way of unlocking, or the lock. Without the last way there is no lock any more. Throws what
 * unlocking throws, and Overtaken. */
export async function removeLock(
  database: Database,
  proof: Proof,
  which: Way | "all" = "all",
  now = Date.now(),
): Promise<void> {
  const row = await openRing(database);
  const key = await opened(database, row, proof, now, true);
  const device = await wrapByDevice(key, row.key.id);
  await swap(database, row, (before) => {
    const { pin, passkey } = before.key;
    const left: KeyRow = {
      id: before.key.id,
      ...(pin === undefined || which !== "passkey" ? {} : { pin }),
      ...(passkey === undefined || which !== "pin" ? {} : { passkey }),
    };
    return { ...before, key: waysOf(left).length > 0 ? left : { ...left, device } };
  });
}

/** Close the lock, in all tabs. Nothing happens where there is none. */
export async function lockNow(database: Database): Promise<void> {
  await lockHere(database);
  tellTabs(database, "closed");
}

/** Close the lock of this page alone. */
export async function lockHere(database: Database): Promise<void> {
  const { key } = await openRing(database);
  if (key.device === undefined) closeRing();
}

async function unlock(database: Database, proof: Proof, now: number): Promise<void> {
  const row = await openRing(database);
  if (row.key.device !== undefined) return;
  await addKeys(row, await opened(database, row, proof, now, false));
  await openRing(database);
}

/** The data key, from its guard. */
async function opened(
  database: Database,
  { key: { id, pin, passkey } }: RingRow,
  proof: Proof | undefined,
  now: number,
  extractable: boolean,
): Promise<CryptoKey> {
  if (proof !== undefined && "pin" in proof && pin !== undefined) {
    return counted(database, now, () => unwrapByPin(pin, id, proof.pin, extractable));
  }
  if (proof !== undefined && "passkey" in proof && passkey !== undefined) {
    return unwrapByPasskey(passkey, id, proof.passkey, extractable);
  }
  throw new Locked();
}

type Wrapping = (key: CryptoKey, id: string) => Promise<Partial<Pick<KeyRow, Way>>>;

async function setWay(
  database: Database,
  proof: Proof | undefined,
  now: number,
  wrapping: Wrapping,
): Promise<void> {
  const row = await openRing(database);
  const { device } = row.key;
  if (device !== undefined) return setFirst(database, row, device, wrapping);
  const wrapped = await wrapping(await opened(database, row, proof, now, true), row.key.id);
  await swap(database, row, (before) => ({ ...before, key: { ...before.key, ...wrapped } }));
}

/** From now on all that is kept can be read by the new key alone, as the one before is wrapped by it. */
async function setFirst(
  database: Database,
  row: RingRow,
  device: ByDevice,
  wrapping: Wrapping,
): Promise<void> {
  const before = row.key.id;
  const [id, key] = [crypto.randomUUID(), await newDataKey()];
  const old = await unwrapByDevice(device, before, true);
  const retired = { id: before, ...(await wrap(old, before, id, key)) };
  const guarded: RingRow = {
    key: { id, ...(await wrapping(key, id)) },
    retired: [retired, ...row.retired],
    unfinished: true,
    tries: { failures: 0, notBefore: 0 },
  };
  await addKeys(guarded, await forUse(key, id)); // before: what is written meanwhile finds the one in use
  await swap(database, row, () => guarded);
  await openRing(database);
}

/** In one step, where nobody else changed the lock since. */
async function swap(
  database: Database,
  seen: RingRow,
  change: (before: RingRow) => RingRow,
): Promise<void> {
  await inOne(database, ["lock"], async ({ store }) => {
    const before = await store.get("ring");
    if (before === undefined || !isSameLock(before.key, seen.key)) throw new Overtaken();
    await store.put(change(before), "ring");
  });
  tellTabs(database, "changed");
}

function isSameLock(one: KeyRow, other: KeyRow): boolean {
  return one.id === other.id && waysOf(one).join() === waysOf(other).join();
}

function waysOf(key: KeyRow): Way[] {
  return WAYS.filter((way) => key[way] !== undefined);
}
