/**
 * Where in a breath a patient is who breathes with the guide: at the plan's rate, two fifths in and three
 * fifths out. Longer out than in was felt as more relaxing than the reverse, at 6 and at 12 breaths a minute
 * (in/out .42 against 2.33, n=30: Van Diest et al. 2014, doi 10.1007/s10484-014-9253-x). The share itself is
 * a choice of ours, milder than theirs: at 6 a minute 4 s in and 6 s out.
 *
 * Nothing here moves. A screen draws a shape from `fraction`; where the patient wants less motion, it shows the
 * word and counts `count` of `of`.
 */

const IN = 0.4; // of a breath

export interface Breath {
  phase: "in" | "out";
  /** Of the phase, 0..1. */
  fraction: number;
  /** Steps of about a second, from 1 on; the phase has `of`. */
  count: number;
  of: number;
}

/** `rate`: breaths a minute, above 0. `seconds`: since the guide began, with a breath in. */
export function breathAt(rate: number, seconds: number): Breath {
  const whole = 60 / rate;
  const inward = whole * IN;
  const into = ((seconds % whole) + whole) % whole;
  return into < inward ? breath("in", into, inward) : breath("out", into - inward, whole - inward);
}

/** How full the lungs are meant to be, 0..1, eased as breath is: slow at both ends. */
export function fullness({ phase, fraction }: Breath): number {
  const eased = (1 - Math.cos(fraction * Math.PI)) / 2;
  return phase === "in" ? eased : 1 - eased;
}

function breath(phase: "in" | "out", into: number, length: number): Breath {
  const fraction = Math.min(into / length, 1);
  const of = Math.max(1, Math.round(length));
  return { phase, fraction, count: Math.min(Math.floor(fraction * of) + 1, of), of };
}
