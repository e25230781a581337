/** Calls to the phone API of one server (docs/openapi.yaml), and to no other host. */

import { hex } from "../signing/cbor.ts";
import { sha256 } from "../signing/verify.ts";
import { NoAnswer, problemOf } from "./problems.ts";

export interface Server {
  /** Scheme, host and port, such as https://clinic.example. */
  origin: string;
  /** Of this phone; null before it is connected. */
  token: string | null;
  fetch: typeof fetch;
}

/** What was answered; `at`: the server's clock in ms since 1970, null where it does not say. */
export interface Answer<Body> {
  body: Body;
  etag: string | null;
  at: number | null;
}

/** What there is of a file from byte `from` on, as it comes; a break throws NoAnswer. */
export interface Rest {
  from: number;
  /** Bytes of the whole file; null where the server does not say. */
  total: number | null;
  type: string;
  etag: string | null;
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** The copy that the caller has is still right. */
export interface Unchanged {
  body: null;
  at: number | null;
}

/** Every call throws Problem where the server refuses, and NoAnswer where nothing whole was heard. */
export interface Api {
  get<Body>(path: string): Promise<Answer<Body>>;
  /** Only if it is another than the one of this ETag. */
  getUnless<Body>(path: string, etag: string | null): Promise<Answer<Body> | Unchanged>;
  /** What is behind a path that says nothing of any patient: no token goes with it. */
  file(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A file of the patient's from a byte on, where it is still the one of this ETag; else the whole. There
   * is no limit of time: `stop` ends it. */
  rest(path: string, from: number, etag: string | null, stop: AbortSignal): Promise<Rest>;
  /** `key`: the same for every repeat of one request (docs/api-policy.md); null for rows, which have ids. */
  post<Body>(path: string, body: unknown, key?: string | null): Promise<Answer<Body>>;
  put<Body>(path: string, body: unknown): Promise<Answer<Body>>;
  remove(path: string): Promise<void>;
}

/** The path leads to another host than the server's. */
export class ForeignAddress extends Error {}

const PATIENCE = 60_000; // ms for a whole answer; a batch may wait on the server for the one before

export function apiOf({ origin, token, fetch }: Server): Api {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers({ Accept: "application/json", ...authorised(token) });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    return asked(path, { ...init, headers });
  }

  async function asked(
    path: string,
    init: RequestInit,
    stop = AbortSignal.timeout(PATIENCE),
  ): Promise<Response> {
    const answer = await heard(() =>
      fetch(addressOn(origin, path), {
        ...init,
        cache: "no-store", // ETags are the caller's
        credentials: "omit",
        redirect: "error", // it could lead to another host, and the token with it
        referrerPolicy: "no-referrer",
        signal: stop,
      }),
    );
    if (answer.ok || answer.status === 304) return answer;
    throw await problemOf(answer);
  }

  function send(method: string, path: string, body: unknown, headers = new Headers()) {
    headers.set("Content-Type", "application/json");
    return call(path, { method, headers, body: JSON.stringify(body) });
  }

  async function getUnless<Body>(path: string, etag: string | null) {
    const answer = await call(path, { headers: etag === null ? {} : { "If-None-Match": etag } });
    if (answer.status === 304) return { body: null, at: clockOf(answer) };
    return answered<Body>(answer);
  }

  return {
    getUnless,
    async file(path: string) {
      const answer = await asked(path, {});
      return heard(async () => new Uint8Array(await answer.arrayBuffer()));
    },
    async rest(path: string, from: number, etag: string | null, stop: AbortSignal) {
      const headers = new Headers({ Accept: "*/*", ...authorised(token) });
      if (etag !== null) {
        headers.set("Range", `bytes=${from}-`);
        headers.set("If-Range", etag);
      }
      return restIn(await asked(path, { headers }, stop));
    },
    async get<Body>(path: string) {
      return answered<Body>(await call(path, {}));
    },
    async post<Body>(path: string, body: unknown, key: string | null = null) {
      const headers = new Headers(key === null ? {} : { "Idempotency-Key": key });
      return answered<Body>(await send("POST", path, body, headers));
    },
    async put<Body>(path: string, body: unknown) {
      return answered<Body>(await send("PUT", path, body));
    },
    async remove(path: string) {
      await call(path, { method: "DELETE" });
    },
  };
}

/** The whole address of a path on the server. Throws ForeignAddress where it leads away from it. */
export function addressOn(origin: string, path: string): URL {
  const address = new URL(path, origin);
  if (address.origin !== new URL(origin).origin) {
    throw new ForeignAddress(`${address.origin} is not the server.`);
  }
  return address;
}

function authorised(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

function restIn(answer: Response): Rest {
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "");
  const length = answer.headers.get("Content-Length");
  const whole = length === null ? null : Number(length);
  return {
    from: range === null ? 0 : Number(range[1]),
    total: range === null ? whole : Number(range[2]),
    type: answer.headers.get("Content-Type") ?? "application/octet-stream",
    etag: answer.headers.get("ETag"),
    blocks: blocksOf(answer),
  };
}

async function* blocksOf(answer: Response): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const reader = answer.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await heard(() => reader.read());
    if (done) return;
    yield value as Uint8Array<ArrayBuffer>;
  }
}

async function answered<Body>(answer: Response): Promise<Answer<Body>> {
  if (answer.status === 204) return { body: null as Body, etag: null, at: clockOf(answer) };
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new NoAnswer("The answer is not the server's."); // a hotspot's page of welcome, say
  }
  const content = await heard(async () => new Uint8Array(await answer.arrayBuffer()));
  await checkDigest(content, answer.headers.get("Repr-Digest"));
  const body = await heard(async () => JSON.parse(new TextDecoder().decode(content)));
  return { body, etag: answer.headers.get("ETag"), at: clockOf(answer) };
}

/** Throws NoAnswer where the content is not what the server made a digest of (RFC 9530). */
async function checkDigest(content: Uint8Array<ArrayBuffer>, said: string | null): Promise<void> {
  const found = /(?:^|[,\s])sha-256=:([A-Za-z0-9+/]+=*):/.exec(said ?? "");
  if (found === null) return; // of a write, or from a server that says none
  const digest = Uint8Array.from(atob(found[1]), (letter) => letter.charCodeAt(0));
  if (hex(digest) !== (await sha256(content))) {
    throw new NoAnswer("The answer was changed on the way.");
  }
}

function clockOf(answer: Response): number | null {
  const at = Date.parse(answer.headers.get("Date") ?? "");
  return Number.isNaN(at) ? null : at;
}

async function heard<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (problem) {
    if (problem instanceof ForeignAddress) throw problem;
    throw new NoAnswer("Nothing whole was heard of the server.", { cause: problem });
  }
}
