/**
 * The one place through which everything of a patient goes before it is kept and after it is read:
 * AES-256-GCM with the phone's data key, a random nonce each time.
 *
 * What is sealed is bound to this format and to the key that it names. It is not bound to a row's id or place:
 * these change in transactions, which cannot wait for a cipher (docs/decisions/0026-the-lock.md).
 */

import type { Bytes } from "../signing/cbor.ts";
import { decode, encode } from "./encoding.ts";
import { IV_BYTES } from "./keys.ts";
import { keyOfId, presentKey } from "./ring.ts";

const FORMAT = "aes-gcm-1";

export type Sealed<Value> = Encrypted<Value> | Plain<Value>;

interface Encrypted<Value> {
  as: typeof FORMAT;
  /** The id of the data key. */
  key: string;
  iv: Bytes;
  bytes: Bytes;
  /** Never there: what it is when it is opened. */
  readonly holds?: Value;
}

/** As apps before there was a key kept it. Read, and sealed by the next who writes it. */
interface Plain<Value> {
  as: "plain";
  value: Value;
}

/** It was changed, or its key is gone. */
export class Unreadable extends Error {}

/** For what can be had again: null where it was changed, or its key is gone. */
export async function ifReadable<Value>(opening: Promise<Value>): Promise<Value | null> {
  try {
    return await opening;
  } catch (problem) {
    if (problem instanceof Unreadable) return null;
    throw problem;
  }
}

/** Outside of a transaction: IndexedDB ends one that waits for anything but itself. Throws Locked, and
 * TypeError for what does not come back as it was (encoding.ts). */
export async function seal<Value>(value: Value): Promise<Sealed<Value>> {
  const { id, key } = await presentKey();
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const bytes = await crypto.subtle.encrypt(bound(iv, id), key, encode(value));
  return { as: FORMAT, key: id, iv, bytes: new Uint8Array(bytes) };
}

/** Outside of a transaction, too. Throws Locked and Unreadable. */
export async function unseal<Value>(sealed: Sealed<Value>): Promise<Value> {
  if (sealed.as === "plain") {
    await presentKey(); // a lock guards what it has not sealed yet as well
    return sealed.value;
  }
  const key = await keyOfId(sealed.key);
  if (key === undefined) throw new Unreadable("There is no such key.");
  try {
    const bytes = await crypto.subtle.decrypt(bound(sealed.iv, sealed.key), key, sealed.bytes);
    return decode(new Uint8Array(bytes)) as Value;
  } catch (problem) {
    throw new Unreadable("It was changed.", { cause: problem });
  }
}

export function isSealed(value: unknown): value is Sealed<unknown> {
  if (typeof value !== "object" || value === null || !("as" in value)) return false;
  return value.as === FORMAT || (value.as === "plain" && "value" in value);
}

function bound(iv: Bytes, key: string): AesGcmParams {
  const additionalData = new TextEncoder().encode(`attune sealed ${FORMAT} ${key}`);
  return { name: "AES-GCM", iv, additionalData };
}
