/**
 * The app's own files, kept whole: all files of a version or none. What is kept is what was built, byte by
 * byte, when it comes from the server and whenever it is read again. Nothing expires.
 */

/** [address, SHA-256 in base64] of every file. */
export type Precached = readonly (readonly [string, string])[];

export interface Precache {
  has(address: string): boolean;
  /** Fetch what is missing. Throws, and keeps nothing, where any file is not to be had as it was built. */
  fill(): Promise<void>;
  /** Delete what other versions kept. */
  dropOthers(): Promise<void>;
  /** A file, as it was kept; one that was altered is fetched anew. An error where that fails. */
  answer(address: string): Promise<Response>;
}

const PREFIX = "attune-app-";
const UNPACKED = ["Content-Encoding", "Content-Length", "Vary"]; // what no more holds of a kept file

export function precache(version: string, files: Precached): Precache {
  const name = PREFIX + version;
  const digests = new Map(files);

  /** What any version kept of a file, if it is whole. */
  async function found(address: string, digest: string): Promise<Response | null> {
    for (const cache of await versions()) {
      const kept = await (await caches.open(cache)).match(address);
      const whole = kept && (await unaltered(kept, digest));
      if (whole) return whole;
    }
    return null;
  }

  return {
    has: (address) => digests.has(address),

    async fill() {
      const answers: [string, Response][] = [];
      for (const [address, digest] of files) {
        answers.push([address, (await found(address, digest)) ?? (await fetched(address, digest))]);
      }
      const cache = await caches.open(name);
      try {
        for (const [address, answer] of answers) await cache.put(address, answer);
      } catch (problem) {
        await caches.delete(name); // half of it is worth nothing, and the disk is full
        throw problem;
      }
    },

    async dropOthers() {
      for (const each of await versions()) if (each !== name) await caches.delete(each);
    },

    async answer(address) {
      const digest = digests.get(address) ?? "";
      const cache = await caches.open(name);
      const kept = await cache.match(address);
      const whole = kept && (await unaltered(kept, digest));
      if (whole) return whole;
      await cache.delete(address);
      try {
        const anew = await fetched(address, digest);
        await cache.put(address, anew.clone()).catch(() => {}); // on a full disk it is used all the same
        return anew;
      } catch {
        return Response.error();
      }
    },
  };
}

/** The caches that there are; to open one makes it. */
async function versions(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** From the server, if it is what was built. Throws TypeError where it is not, or no answer comes. */
async function fetched(address: string, digest: string): Promise<Response> {
  const asked = (cache: RequestCache) =>
    fetch(address, {
      cache,
      integrity: `sha256-${digest}`,
      credentials: "omit",
      redirect: "error",
    });
  // What the page loaded a moment ago is in the browser's cache; that may be altered, or an older page.
  const answer = await asked("default").catch(() => asked("reload"));
  if (!answer.ok) throw new TypeError(`${address} was answered ${answer.status}.`);
  return unpacked(answer, await answer.arrayBuffer());
}

async function unaltered(kept: Response, digest: string): Promise<Response | null> {
  const content = await kept.arrayBuffer();
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return btoa(String.fromCharCode(...found)) === digest ? unpacked(kept, content) : null;
}

/** With the headers that it came with: the page's policy is among them. */
function unpacked({ headers: given, status }: Response, content: ArrayBuffer): Response {
  const headers = new Headers(given);
  for (const name of UNPACKED) headers.delete(name);
  return new Response(content, { status, headers });
}
