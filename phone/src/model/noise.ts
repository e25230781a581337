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
  const key: [number, number] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  for (let block = 0; block * 4 < draws.length; block++) {
    const words = philox([block, 0, 0, 0], key);
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
export function philox(counter: Words, key: [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = [upper(MULTIPLIERS[0], c0), Math.imul(MULTIPLIERS[0], c0) >>> 0];
    const [high1, low1] = [upper(MULTIPLIERS[1], c2), Math.imul(MULTIPLIERS[1], c2) >>> 0];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The upper 32 bits of a product of two 32-bit numbers, by halves: it does not fit a double. */
function upper(a: number, b: number): number {
  const [aHigh, aLow] = [a >>> 16, a & 0xffff];
  const [bHigh, bLow] = [b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + (other >>> 16)) >>> 0;
}
