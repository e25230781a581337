/** Pages of one browser: each has modules, and so keys, of its own; what they share is the database. */

import { vi } from "vitest";
import type { Authenticator } from "../../src/locking/passkey.ts";
import type { Database, PairingRow } from "../../src/store/schema.ts";
import { around, clockAt, DEVICE, NOON, newName, PATIENT } from "../surroundings.ts";

export const PIN = "271828";
export const MOOD = 0.43751234;
export const VECTOR = Float32Array.of(0.123456, -1.5, 3.25);

/** Open a page, and with it the database. */
export async function openPage(name = newName()) {
  vi.resetModules();
  const modules = {
    ...(await import("../../src/store/schema.ts")),
    ...(await import("../../src/store/ring.ts")),
    ...(await import("../../src/store/sealing.ts")),
    ...(await import("../../src/store/device.ts")),
    ...(await import("../../src/store/model.ts")),
    ...(await import("../../src/store/answers.ts")),
    ...(await import("../../src/store/history.ts")),
    ...(await import("../../src/sync/outbox.ts")),
    ...(await import("../../src/sync/sync.ts")),
    ...(await import("../../src/consent/deciding.ts")),
    ...(await import("../../src/locking/lock.ts")),
    ...(await import("../../src/locking/tries.ts")),
    ...(await import("../../src/locking/pin.ts")),
    ...(await import("../../src/locking/passkey.ts")),
    ...(await import("../../src/locking/resealing.ts")),
    ...(await import("../../src/locking/forgetting.ts")),
    ...(await import("../../src/locking/tabs.ts")),
  };
  const overtaken = vi.fn();
  const database = await modules.openStore(overtaken, { name });
  return { ...modules, name, database, overtaken };
}

export type Page = Awaited<ReturnType<typeof openPage>>;

/** A page of a phone that holds something of everything that is sealed. */
export async function livedIn(name = newName()): Promise<Page> {
  const page = await openPage(name);
  const { database } = page;
  const here = around(clockAt(NOON));
  await page.keepDevice(database, DEVICE);
  const one = Uint8Array.of(1);
  const messages = { record: one, statement: one };
  const model = { version: 1, ...messages, bundle: "aa", vector: VECTOR, ratedTracks: 0 };
  await page.keepModel(database, model, one);
  await page.keepAnswer(database, "plan", { name: "Evening calm" });
  for (const id of ["first", "second", "third"]) await rate(page, id);
  const [row] = await page.waitingAfter(database, 0, 1);
  const reason = { status: "refused", code: "unknown_kind", detail: "no such kind", errors: [] };
  await database.put("aside", { ...row, reason: await page.seal(reason) });
  await database.delete("outbox", row.place);
  const request = await page.seal({ code: "K7PM-3XQA", label: "a phone" });
  await database.put("state", { request, key: "key" }, "pairing");
  await page.decide(database, here, PATIENT, "reminders", true, { version: "1", language: "en" });
  return page;
}

export function rate(page: Page, id: string): Promise<boolean> {
  const body = { phase: "before", valence: MOOD, arousal: 0, rated_at: "2026-03-02T12:00:00Z" };
  const report = { id, kind: "mood-rating", session: null, body } as const;
  return page.keepReport(page.database, around(clockAt(NOON)), PATIENT, report);
}

/** All that a page can read. */
export async function everything(page: Page) {
  const { database } = page;
  const decisions = await database.getAll("decisions");
  const pairing = (await database.get("state", "pairing")) as PairingRow;
  return {
    device: await page.keptDevice(database),
    model: await page.keptModel(database),
    plan: await page.keptAnswer(database, "plan"),
    history: await page.history(database, PATIENT),
    waiting: await Promise.all((await page.waitingAfter(database, 0, 99)).map(page.itemOf)),
    aside: await page.setAside(database),
    pairing: await page.unseal(pairing.request),
    decisions: await Promise.all(decisions.map(({ body }) => page.unseal(body))),
  };
}

/** All that lies in the database, with its bytes as letters. */
export async function dump({ database }: { database: Database }): Promise<string> {
  const asLetters = (_: string, part: unknown) =>
    part instanceof Uint8Array || part instanceof Float32Array ? lettersOf(part) : part;
  const stores = [...database.objectStoreNames].map(async (name) => {
    return [name, await database.getAllKeys(name), await database.getAll(name)];
  });
  return JSON.stringify(await Promise.all(stores), asLetters);
}

export function lettersOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Whether anything lies in the database that another key than the one in use has sealed, or none. */
export async function isAllSealedAnew(page: Page): Promise<boolean> {
  const row = await page.openRing(page.database);
  const names = [...(await dump(page)).matchAll(/"as":"(?:plain|aes-gcm-1","key":"([^"]+))"/g)];
  return names.length > 0 && names.every(([, key]) => key === row.key.id);
}

interface MadeUp extends Authenticator {
  /** Whether the next question is answered. */
  confirms: boolean;
}

interface Options {
  publicKey: { extensions: { prf: { eval: { first: Uint8Array } } } };
}

/** An authenticator with one secret, which answers salts by HMAC as CTAP's hmac-secret does. */
export function authenticator({ prf = true, atOnce = false } = {}): MadeUp {
  const credential = Uint8Array.of(5, 5, 5);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const answer = async (options: Options, made: boolean) => {
    if (!it.confirms) throw new DOMException("no", "NotAllowedError");
    const { first } = options.publicKey.extensions.prf.eval;
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign"]);
    const results = { first: await crypto.subtle.sign("HMAC", key, first.slice()) };
    const answered = made ? { enabled: prf, ...(prf && atOnce ? { results } : {}) } : { results };
    const getClientExtensionResults = () => ({ prf: prf || made ? answered : {} });
    return { rawId: credential.buffer, getClientExtensionResults } as unknown as Credential;
  };
  const it: MadeUp = {
    confirms: true,
    create: (options) => answer(options as unknown as Options, true),
    get: async (options) => {
      const [allowed] = options?.publicKey?.allowCredentials ?? [];
      if (lettersOf(allowed.id as Uint8Array) !== lettersOf(credential)) {
        throw new DOMException("no such passkey", "NotAllowedError");
      }
      return answer(options as unknown as Options, false);
    },
  };
  return it;
}

export const NAMES = { app: "Attune", user: "This phone" };
export const PASSKEY = authenticator();

/** A lock that is quick to open: most tests are not about PINs. */
export function setLock(page: Page): Promise<void> {
  return page.setPasskey(page.database, NAMES, undefined, PASSKEY);
}

export function openLock(page: Page): Promise<void> {
  return page.unlockWithPasskey(page.database, PASSKEY);
}
