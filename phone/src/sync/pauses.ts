/** How long to wait before the server is asked again. All in ms. */

const FIRST = 5_000;
const LONGEST = 3_600_000;
const CHANCE = 0.2; // of a pause, more or less, so that phones do not come back all at once
const THROTTLED_CHANCE = 10_000;

/** After so many failures in a row, 1 for the first. `random`: 0..1. */
export function pauseAfter(failures: number, random: number): number {
  const pause = Math.min(FIRST * 2 ** (failures - 1), LONGEST);
  return Math.round(pause * (1 - CHANCE + 2 * CHANCE * random));
}

/** After an answer that another sending would not change: the longest. */
export function pauseAfterFault(random: number): number {
  return pauseAfter(Number.POSITIVE_INFINITY, random);
}

/** After 429. `seconds`: of Retry-After; a minute where it is not said, as the server counts by those. */
export function pauseWhenThrottled(seconds: number | null, random: number): number {
  return Math.min((seconds ?? 60) * 1000, LONGEST) + Math.round(random * THROTTLED_CHANCE);
}

/** What is left of a pause. One that is longer than any was meant by a clock that was set since. */
export function restOf(notBefore: number, now: number): number {
  const rest = notBefore - now;
  return rest > 0 && rest <= LONGEST * (1 + CHANCE) ? rest : 0;
}
