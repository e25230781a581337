/**
 * Has the sound of tracks ahead, the most useful first, within a budget: one after the other, so that what
 * breaks off leaves whole ones behind.
 */

import type { Api } from "../api/client.ts";
import { NoAnswer, Problem } from "../api/problems.ts";
import { estimatedBytes, type Held, toHold } from "../audio/choosing.ts";
import { fetchSound } from "../audio/fetching.ts";
import { allHeld, giveUp } from "../audio/holding.ts";
import type { Track } from "../listening/catalogue.ts";
import { isFull } from "../store/room.ts";
import type { AudioRow, Database } from "../store/schema.ts";
import { choose, setting } from "../store/settings.ts";
import type { Place } from "./place.ts";

export const USUAL_BUDGET = 500_000_000; // bytes; some 130 tracks of four minutes
const SHARE = 4; // of the room that the browser gives, one part in so many at most

/** How far it is: tracks that are whole here, of how many that are to be, and bytes of all sound here. */
export interface Ahead {
  here: number;
  of: number;
  bytes: number;
}

/** `done`: all that fits is here. `spared`: it waits for a connection that need not be spared. `stopped`: by
 * the signal. `no-answer`: the network broke off. `full`: the phone is. */
export type MusicOutcome = "done" | "spared" | "stopped" | "no-answer" | "full";
export type Music = Ahead & { outcome: MusicOutcome };

export interface Fetching {
  place: Place;
  stop: AbortSignal;
  /** In ms since 1970. */
  at: number;
  progress: (ahead: Ahead) => void;
}

/**
 * Fetch what is missing of the sound of tracks, the most useful first, and give up what is less useful, as
 * far as the budget wants it. What came of a track stays, and the next call goes on. Throws Problem where
 * the server refuses for another reason than that it has no such sound.
 */
export async function fetchAhead(
  database: Database,
  api: Api,
  useful: Track[],
  { place, stop, at, progress }: Fetching,
): Promise<Music> {
  await askToPersist(database, place);
  const held = await allHeld(database);
  const wanted = useful.map((track) => ({
    track: track.id,
    bytes: estimatedBytes(track.duration),
  }));
  const whole = held.filter((row) => row.whole);
  const budget = await budgetOf(database, place, sum(held));
  const { fetch, evict } = toHold(wanted, whole.map(asHeld), budget);
  const begun = held.filter((row) => !row.whole && !fetch.includes(row.track)); // and never to be whole
  await giveUp(database, begun.map(trackOf));
  const of = whole.filter(({ track }) => wanted.some((one) => one.track === track)).length;
  const round: Round = { wanted, of: of + fetch.length - kept(wanted, evict), evict, budget };

  const tell = async () => {
    const ahead = await aheadNow(database, round);
    progress(ahead);
    return ahead;
  };
  const ended = async (outcome: MusicOutcome): Promise<Music> => ({ ...(await tell()), outcome });
  await tell();
  if (fetch.length > 0 && (await isSpared(database, place))) return ended("spared");
  for (const id of fetch) {
    if (stop.aborted) return ended("stopped");
    const track = useful.find((one) => one.id === id) as Track;
    await makeWay(database, round, estimatedBytes(track.duration));
    try {
      const sound = { track: id, address: track.audio as string };
      await fetchSound(database, api, sound, () => {}, { at, stop });
    } catch (problem) {
      if (stop.aborted) return ended("stopped");
      if (problem instanceof NoAnswer) return ended("no-answer");
      if (isFull(problem)) {
        await giveUp(database, [id]); // or there were no room for anything else
        return ended("full");
      }
      if (!(problem instanceof Problem && problem.status === 404)) throw problem;
      round.of -= 1; // its sound is gone from the server
    }
    await tell();
  }
  await makeWay(database, round, 0);
  return ended("done");
}

/** What one fetching knows. */
interface Round {
  wanted: { track: string }[];
  of: number;
  /** What is to be given up yet, the least useful first. */
  evict: string[];
  budget: number;
}

/** Give up as much as `bytes` more need, of what is to be given up. */
async function makeWay(database: Database, round: Round, bytes: number): Promise<void> {
  let total = sum(await allHeld(database)) + bytes;
  const sizes = new Map((await allHeld(database)).map((row) => [row.track, row.bytes]));
  while (total > round.budget && round.evict.length > 0) {
    const track = round.evict.shift() as string;
    await giveUp(database, [track]);
    total -= sizes.get(track) ?? 0;
  }
}

async function aheadNow(database: Database, { wanted, of }: Round): Promise<Ahead> {
  const held = await allHeld(database);
  const ids = new Set(wanted.map(trackOf));
  const here = held.filter(({ track, whole }) => whole && ids.has(track)).length;
  return { here, of, bytes: sum(held) };
}

/** Bytes for all sound together. `here`: what it takes now. */
async function budgetOf(database: Database, place: Place, here: number): Promise<number> {
  const wanted = (await setting(database, "audioBudget")) ?? USUAL_BUDGET;
  const { usage = 0, quota } = await place.estimate();
  if (quota === undefined) return wanted;
  return Math.min(wanted, Math.max(quota - usage + here, 0) / SHARE);
}

async function isSpared(database: Database, place: Place): Promise<boolean> {
  return place.isToBeSpared() && (await setting(database, "audioAnyway")) !== true;
}

/** Once: a browser may ask the patient, and a no is a no. */
async function askToPersist(database: Database, place: Place): Promise<void> {
  if (await setting(database, "askedToPersist")) return;
  await place.persist();
  await choose(database, "askedToPersist", true);
}

function kept(wanted: { track: string }[], evict: string[]): number {
  return wanted.filter(({ track }) => evict.includes(track)).length;
}

function asHeld({ track, bytes, usedAt }: AudioRow): Held {
  return { track, bytes, usedAt };
}

function trackOf({ track }: { track: string }): string {
  return track;
}

function sum(rows: AudioRow[]): number {
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}
