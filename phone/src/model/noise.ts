/**
 * The noise of a playlist's choice: the same numbers from the same seed on every phone and on the
 * server (exports/noise.py). Philox4x32-10, Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3", SC '11.
 */

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const; // added to the key from round to round
const ROUNDS = 10;
const NOISE_BOUND = 20;

export type Words = [number, number, number, number];

/** Standard Gumbel draws [steps, tracks] of a seed 0..2⁵³−1, row by row. */
export function gumbel(seed: number, steps: number, tracks: number): Float32Array {
  const draws = new Float32Array(steps * tracks);
  const words = new Uint32Array(4);
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  for (let block = 0; block * 4 < draws.length; block++) {
    words[0] = block;
    words[1] = words[2] = words[3] = 0;
    scramble(words, low, high);
    for (let place = 0; place < 4 && block * 4 + place < draws.length; place++) {
      const uniform = (words[place] + 0.5) / 2 ** 32;
      draws[block * 4 + place] = -Math.log(-Math.log(uniform));
    }
  }
  return draws;
}

/** Changes noise [steps, tracks] so that the first step chooses one track. The graph takes noise up to
 * ±20, so this overrules utilities that lie up to 40 temperatures apart. What the choice's
 * probability would have been is worked out without noise, and stays. */
export function begunWith(track: number, noise: Float32Array, tracks: number): void {
  noise.fill(-NOISE_BOUND, 0, tracks);
  noise[track] = NOISE_BOUND;
}

/** The four words of a counter and a key, each of them 0..2³²−1. */
export function philox(counter: Words, [k0, k1]: [number, number]): Words {
  const words = Uint32Array.from(counter);
  scramble(words, k0, k1);
  return [words[0], words[1], words[2], words[3]];
}

/** A counter in place: a list of ten thousand tracks takes twenty thousand of them, so no array is made. */
function scramble(words: Uint32Array, k0: number, k1: number): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = upper(MULTIPLIERS[0], words[0]);
    const high1 = upper(MULTIPLIERS[1], words[2]);
    const low0 = Math.imul(MULTIPLIERS[0], words[0]);
    const low1 = Math.imul(MULTIPLIERS[1], words[2]);
    words[0] = high1 ^ words[1] ^ k0;
    words[1] = low1;
    words[2] = high0 ^ words[3] ^ k1;
    words[3] = low0;
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
}

/** The upper 32 bits of a product of two 32-bit numbers, by halves: it does not fit a double. */
function upper(a: number, b: number): number {
  const [aHigh, aLow] = [a >>> 16, a & 0xffff];
  const [bHigh, bLow] = [b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + (other >>> 16)) >>> 0;
}
