/**
 * With which tracks a playlist may as well begin: a choice for the patient among two or three.
 *
 * A playlist is drawn from softmax(utility / temperature), so two tracks whose utilities lie within one
 * temperature of each other are drawn at most e times as often as each other: differences that small
 * are left to chance anyway, and may as well be left to the patient. That is what equivalent means
 * here. Of all tracks that are equivalent to the one that was drawn, the next ones of the same draw are
 * offered (the largest of utility / temperature + Gumbel noise are a sample without replacement: Kool
 * et al. 2019, arXiv:1903.06059), so that a playlist does not always begin with the same three.
 */

import { gumbel } from "../model/noise.ts";
import type { Playlist, Request } from "../model/package.ts";

const MOST = 3;

/** Rows of equivalent first tracks, the one that was drawn before the others: one to three, or none of
 * an empty playlist. `request`: what the playlist was made for. `temperature`: of the draw. */
export function equivalentFirsts(
  { choices, scores }: Playlist,
  request: Request,
  temperature: number,
): number[] {
  if (choices.length === 0) return [];
  const drawn = choices[0].row;
  const noise = gumbel(request.seed, 1, scores.length);
  const place = (row: number) => scores[row] / temperature + noise[row];
  const others = Array.from(scores.keys())
    .filter((row) => row !== drawn && Math.abs(scores[row] - scores[drawn]) <= temperature)
    .sort((a, b) => place(b) - place(a));
  return [drawn, ...others.slice(0, MOST - 1)];
}
