/** Data keys, and keeping one wrapped by another key: AES-256-GCM in both cases. */

import type { Bytes } from "../signing/cbor.ts";

const ALGORITHM = { name: "AES-GCM", length: 256 } as const;
export const IV_BYTES = 12; // 96 bits, random: NIST SP 800-38D §8.2.2
const DATA_USES: KeyUsage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const WRAPPING_USES: KeyUsage[] = ["wrapKey", "unwrapKey"];

/** A data key as it is kept. */
export interface Wrapped {
  iv: Bytes;
  bytes: Bytes;
}

/** By a key that lies beside it in the database, and guards nothing. */
export interface ByDevice extends Wrapped {
  key: CryptoKey;
}

/** By a key made of a PIN or passphrase (locking/pin.ts). */
export interface ByPin extends Wrapped {
  salt: Bytes;
  iterations: number;
}

/** By a key made of what a passkey answers (locking/passkey.ts). */
export interface ByPasskey extends Wrapped {
  credential: Bytes;
  /** What the passkey is asked. */
  salt: Bytes;
}

/** The data key of this phone: with a lock `pin`, `passkey` or both, without one `device`. */
export interface KeyRow {
  id: string;
  device?: ByDevice;
  pin?: ByPin;
  passkey?: ByPasskey;
}

/** A data key that was unguarded once, wrapped by the data key that came after it. */
export interface RetiredKey extends Wrapped {
  id: string;
}

export interface RingRow {
  key: KeyRow;
  /** The last one first. */
  retired: RetiredKey[];
  /** Rows may be sealed with a retired key, or not at all (locking/resealing.ts). */
  unfinished: boolean;
  /** Wrong PINs in a row; no other try before then, in ms since 1970. */
  tries: { failures: number; notBefore: number };
}

/** Extractable, so that it can be wrapped; what is used is unwrapped from that. */
export function newDataKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(ALGORITHM, true, DATA_USES);
}

/** `way`: what it is wrapped by; a wrapping is good for one way and one key. */
export async function wrap(
  key: CryptoKey,
  id: string,
  way: string,
  by: CryptoKey,
): Promise<Wrapped> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const bytes = await crypto.subtle.wrapKey("raw", key, by, bound(iv, way, id));
  return { iv, bytes: new Uint8Array(bytes) };
}

/** Throws OperationError where `by` is another key, or a byte was changed. */
export function unwrap(
  { iv, bytes }: Wrapped,
  id: string,
  way: string,
  by: CryptoKey,
  extractable = false,
): Promise<CryptoKey> {
  const how = bound(iv, way, id);
  return crypto.subtle.unwrapKey("raw", bytes, by, how, ALGORITHM, extractable, DATA_USES);
}

/** A key that wraps others, from one that more keys can be made of. */
export function wrappingKey(how: Pbkdf2Params | HkdfParams, from: CryptoKey): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(how, from, ALGORITHM, false, WRAPPING_USES);
}

export async function wrapByDevice(key: CryptoKey, id: string): Promise<ByDevice> {
  const device = await crypto.subtle.generateKey(ALGORITHM, false, WRAPPING_USES);
  return { key: device, ...(await wrap(key, id, "device", device)) };
}

export function unwrapByDevice(
  device: ByDevice,
  id: string,
  extractable = false,
): Promise<CryptoKey> {
  return unwrap(device, id, "device", device.key, extractable);
}

/** The same key, which no longer can be taken out. */
export async function forUse(key: CryptoKey, id: string): Promise<CryptoKey> {
  return unwrapByDevice(await wrapByDevice(key, id), id);
}

/** What a phone begins with: a key, and no lock. */
export async function newRing(): Promise<RingRow> {
  const id = crypto.randomUUID();
  const device = await wrapByDevice(await newDataKey(), id);
  return {
    key: { id, device },
    retired: [],
    unfinished: true, // an app before this one may have left rows that are not sealed
    tries: { failures: 0, notBefore: 0 },
  };
}

/** All keys that the data key opens, by their ids. */
export async function keysBehind(row: RingRow, key: CryptoKey): Promise<Map<string, CryptoKey>> {
  const keys = new Map([[row.key.id, key]]);
  let [by, way] = [key, row.key.id];
  for (const retired of row.retired) {
    by = await unwrap(retired, retired.id, way, by);
    way = retired.id;
    keys.set(way, by);
  }
  return keys;
}

function bound(iv: Bytes, way: string, id: string): AesGcmParams {
  const additionalData = new TextEncoder().encode(`attune key 1 ${way} ${id}`);
  return { name: "AES-GCM", iv, additionalData };
}
