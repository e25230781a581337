/**
 * From a passkey to a key that wraps the data key, by the PRF extension of WebAuthn (Level 3, §10.1.4): the
 * authenticator answers a salt with 32 bytes that nobody else can make, once it knows its user.
 *
 * There is no server in this: the signature that comes with it proves nothing here, and is not looked at.
 */

import type { Bytes } from "../signing/cbor.ts";
import { type ByPasskey, unwrap, wrap, wrappingKey } from "../store/keys.ts";

const [SALT_BYTES, CHALLENGE_BYTES, USER_BYTES] = [32, 32, 16];
const PURPOSE = "attune lock passkey 1";
const ALGORITHMS = [-7, -257]; // ES256 and RS256 of COSE: between them every authenticator has one

/** What a passkey is named by, where the system lists it. */
export interface Names {
  /** Of the app. */
  app: string;
  /** Of whom it is for: not the patient's code, as the system shows it and may send it to its maker. */
  user: string;
}

/** `navigator.credentials`, or a test's. */
export type Authenticator = Pick<CredentialsContainer, "create" | "get">;

/** The passkey was made, but does not answer salts: it is of no use here. */
export class NoPrf extends Error {}

/** The patient closed the question, or there is no such passkey any more: the two look alike. */
export class NotConfirmed extends Error {}

/** Whether to offer one: the browser says that it has passkeys of this device, with the extension. */
export async function isPasskeyOffered(
  of:
    | Partial<Pick<typeof PublicKeyCredential, "getClientCapabilities">>
    | undefined = globalThis.PublicKeyCredential,
): Promise<boolean> {
  const can = await of?.getClientCapabilities?.().catch(() => undefined);
  return can?.["extension:prf"] === true && can.userVerifyingPlatformAuthenticator === true;
}

/** Make a passkey, and wrap by it. `key`: extractable. Throws NoPrf and NotConfirmed. */
export async function wrapByPasskey(
  key: CryptoKey,
  id: string,
  names: Names,
  authenticator: Authenticator,
): Promise<ByPasskey> {
  const salt = random(SALT_BYTES);
  const made = await asked(
    authenticator.create({
      publicKey: {
        rp: { name: names.app },
        user: { id: random(USER_BYTES), name: names.user, displayName: names.user },
        challenge: random(CHALLENGE_BYTES),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const { prf } = made.getClientExtensionResults();
  if (prf?.enabled !== true) throw new NoPrf();
  const credential = new Uint8Array(made.rawId);
  // Some answer when they are made, most only when they are used.
  const secret = prf.results?.first ?? (await answer(authenticator, credential, salt));
  return { credential, salt, ...(await wrap(key, id, "passkey", await keyOf(secret))) };
}

/** Throws NotConfirmed, NoPrf, and OperationError where a byte was changed. */
export async function unwrapByPasskey(
  kept: ByPasskey,
  id: string,
  authenticator: Authenticator,
  extractable: boolean,
): Promise<CryptoKey> {
  const secret = await answer(authenticator, kept.credential, kept.salt);
  return unwrap(kept, id, "passkey", await keyOf(secret), extractable);
}

async function answer(
  authenticator: Authenticator,
  credential: Bytes,
  salt: Bytes,
): Promise<BufferSource> {
  const used = await asked(
    authenticator.get({
      publicKey: {
        challenge: random(CHALLENGE_BYTES),
        allowCredentials: [{ type: "public-key", id: credential }],
        userVerification: "required", // with and without are two different secrets
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const secret = used.getClientExtensionResults().prf?.results?.first;
  if (secret === undefined) throw new NoPrf();
  return secret;
}

async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await question;
    if (credential !== null) return credential as PublicKeyCredential;
  } catch (problem) {
    if (!(problem instanceof Error && problem.name === "NotAllowedError")) throw problem;
  }
  throw new NotConfirmed();
}

async function keyOf(secret: BufferSource): Promise<CryptoKey> {
  const from = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(PURPOSE);
  return wrappingKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, from);
}

function random(bytes: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
