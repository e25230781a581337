/** From a PIN or passphrase to a key that wraps the data key. */

import type { Bytes } from "../signing/cbor.ts";
import { type ByPin, unwrap, wrap, wrappingKey } from "../store/keys.ts";

/** For PBKDF2 with HMAC-SHA-256, by OWASP's Password Storage Cheat Sheet. Each wrapping says how many it was
 * made with, so that a later app can take more. */
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
/** Characters: digits, or whatever else. */
export const SHORTEST_PIN = 6;

export class TooShort extends Error {}

/** Throws TooShort. `key`: extractable. */
export async function wrapByPin(key: CryptoKey, id: string, pin: string): Promise<ByPin> {
  if ([...normal(pin)].length < SHORTEST_PIN) throw new TooShort();
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const by = await keyOf(pin, salt, ITERATIONS);
  return { salt, iterations: ITERATIONS, ...(await wrap(key, id, "pin", by)) };
}

/** Undefined where it is another PIN. */
export async function unwrapByPin(
  kept: ByPin,
  id: string,
  pin: string,
  extractable: boolean,
): Promise<CryptoKey | undefined> {
  const by = await keyOf(pin, kept.salt, kept.iterations);
  return unwrap(kept, id, "pin", by, extractable).catch(() => undefined);
}

async function keyOf(pin: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(normal(pin));
  const from = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  return wrappingKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, from);
}

/** The same however a keyboard writes it: Chinese ones have wide digits, some compose letters. */
function normal(pin: string): string {
  return pin.normalize("NFKC");
}
