/**
 * What a plan's volume ceiling, in per cent of the phone's own range, is as a gain of the app.
 *
 * An app in a browser can neither read nor limit the phone's own volume, nor does it know how loud headphones
 * are. All that it can do is to give the phone a softer sound. So a ceiling of 60 % is the gain at which a
 * phone that is turned all the way up is as loud as it would be by itself at 60 % of its range: wherever the
 * patient turns the phone, it is no louder than that. Turned down, it is softer still.
 *
 * The range of a phone is no straight line. The figures are the curve that Android has for media unless the
 * maker of a phone brings another: −58 dB at 1 %, −40 dB at 20 %, −17 dB at 60 %, 0 dB at 100 %, straight
 * lines in between (DEFAULT_MEDIA_VOLUME_CURVE in the Android Open Source Project, frameworks/av,
 * services/audiopolicy/config/default_volume_tables.xml). Apple publishes none for iPhones. A linear gain
 * would be −4 dB at 60 %: hardly a ceiling, and of all readings the loudest.
 */

const CURVE: [percent: number, decibels: number][] = [
  [1, -58],
  [20, -40],
  [60, -17],
  [100, 0],
];

/** An amplitude, 0..1, for a volume of 0..100 %; 0 is silence. */
export function gainOf(percent: number): number {
  if (percent <= 0) return 0;
  return 10 ** (decibelsAt(Math.min(Math.max(percent, 1), 100)) / 20);
}

/** A volume within the ceiling (null: none), both in per cent. */
export function within(ceiling: number | null, percent: number): number {
  return Math.min(Math.max(percent, 0), ceiling ?? 100, 100);
}

function decibelsAt(percent: number): number {
  const upper = CURVE.findIndex(([at], index) => index > 0 && percent <= at);
  const [from, low] = CURVE[upper - 1];
  const [to, high] = CURVE[upper];
  return low + ((high - low) * (percent - from)) / (to - from);
}
