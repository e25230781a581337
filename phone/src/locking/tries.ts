/**
 * How often a PIN may be tried: against a hand that tries PINs on this phone, not against somebody who copied
 * its disk. Nothing is ever wiped.
 */

import { isFull } from "../store/room.ts";
import type { Database } from "../store/schema.ts";
import { inOne } from "../store/transactions.ts";

const FREE = 4; // wrong PINs that cost nothing: hands shake
const FIRST = 10_000; // ms
const LONGEST = 300_000;

/** It is not the PIN. `wait`: ms until another may be tried. */
export class WrongPin extends Error {
  readonly wait: number;

  constructor(wait: number) {
    super();
    this.wait = wait;
  }
}

/** Not looked at: another may be tried in `wait` ms. */
export class TooSoon extends Error {
  readonly wait: number;

  constructor(wait: number) {
    super();
    this.wait = wait;
  }
}

/** How long to wait after so many wrong PINs in a row, in ms. */
export function waitAfter(failures: number): number {
  return failures <= FREE ? 0 : Math.min(FIRST * 2 ** (failures - FREE - 1), LONGEST);
}

/**
 * What `tried` comes to. A try counts as wrong from its beginning, so that closing the page undoes none.
 * Throws WrongPin where it comes to undefined, and TooSoon. `now`: ms since 1970.
 */
export async function counted<Value>(
  database: Database,
  now: number,
  tried: () => Promise<Value | undefined>,
): Promise<Value> {
  const failures = await countOne(database, now);
  const value = await tried();
  if (value === undefined) throw new WrongPin(waitAfter(failures));
  await keepTries(database, () => ({ failures: 0, notBefore: 0 }));
  return value;
}

/** How long until a PIN may be tried, in ms. A wait that is longer than any was meant by a clock that was
 * set since. */
export function restOf(notBefore: number, now: number): number {
  const rest = notBefore - now;
  return rest > 0 && rest <= LONGEST ? rest : 0;
}

async function countOne(database: Database, now: number): Promise<number> {
  let counts = 0;
  await keepTries(database, ({ failures, notBefore }) => {
    const rest = restOf(notBefore, now);
    if (rest > 0) throw new TooSoon(rest);
    counts = failures + 1;
    return { failures: counts, notBefore: now + waitAfter(counts) };
  });
  return counts;
}

interface Tries {
  failures: number;
  notBefore: number;
}

async function keepTries(database: Database, change: (before: Tries) => Tries): Promise<void> {
  try {
    await inOne(database, ["lock"], async ({ store }) => {
      const row = await store.get("ring");
      if (row !== undefined) await store.put({ ...row, tries: change(row.tries) }, "ring");
    });
  } catch (problem) {
    if (!isFull(problem)) throw problem; // a full disk locks nobody out
  }
}
