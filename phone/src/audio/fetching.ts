/** Fetches a track's sound, and goes on where it broke off. */

import type { Api, Rest } from "../api/client.ts";
import { NoAnswer, Problem } from "../api/problems.ts";
import type { Bytes } from "../signing/cbor.ts";
import type { Database } from "../store/schema.ts";
import { append, begin, finish, heldAudio } from "./holding.ts";

const PART = 262_144; // bytes that are kept at a time: as much is lost when it breaks off

export interface Sound {
  track: string;
  /** On the server, as the catalogue has it. */
  address: string;
}

/** Bytes that are here, of how many; null where the server does not say. */
export type Progress = (bytes: number, total: number | null) => void;

/**
 * Have the whole sound of a track, from where it broke off; nothing is fetched that is here. Throws
 * Problem where the server refuses (404: it has no sound of the track), NoAnswer where the network broke
 * off or `stop` was called, and QuotaExceededError on a full disk; then what came stays, and the next call
 * goes on.
 */
export async function fetchSound(
  database: Database,
  api: Api,
  { track, address }: Sound,
  progress: Progress,
  { at, stop }: { at: number; stop: AbortSignal },
): Promise<void> {
  const held = await heldAudio(database, track);
  if (held?.whole) return;
  const rest = await restOf(api, address, held?.bytes ?? 0, held?.etag ?? null, stop);
  if (held === undefined || rest.from === 0) {
    const { etag, type, total } = rest;
    await begin(database, { track, etag, type, total }, at);
  }
  let here = rest.from;
  for await (const part of inParts(rest.blocks)) {
    await append(database, track, part);
    here += part.length;
    progress(here, rest.total);
  }
  if (rest.total !== null && here !== rest.total) {
    throw new NoAnswer(`${here} of ${rest.total} bytes came.`);
  }
  await finish(database, track);
}

/** From its beginning, where the server has another file by now that is shorter than what is here. */
async function restOf(
  api: Api,
  address: string,
  from: number,
  etag: string | null,
  stop: AbortSignal,
): Promise<Rest> {
  // Without an ETag nobody could tell whether the rest belongs to what is here.
  if (from === 0 || etag === null) return api.rest(address, 0, null, stop);
  try {
    return await api.rest(address, from, etag, stop);
  } catch (problem) {
    if (!(problem instanceof Problem && problem.status === 416)) throw problem;
  }
  return api.rest(address, 0, null, stop);
}

/** The same bytes in pieces of PART; where they break off, what came of the last piece is given first. */
async function* inParts(blocks: AsyncIterable<Bytes>): AsyncIterable<Bytes> {
  let gathered: Bytes[] = [];
  let size = 0;
  try {
    for await (const block of blocks) {
      gathered.push(block);
      size += block.length;
      if (size < PART) continue;
      yield joined(gathered, size);
      [gathered, size] = [[], 0];
    }
  } catch (problem) {
    if (size > 0) yield joined(gathered, size);
    throw problem;
  }
  if (size > 0) yield joined(gathered, size);
}

function joined(blocks: Bytes[], size: number): Bytes {
  const whole = new Uint8Array(size);
  let place = 0;
  for (const block of blocks) {
    whole.set(block, place);
    place += block.length;
  }
  return whole;
}
