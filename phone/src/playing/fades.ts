/**
 * How loud a track is on its way: a function of where in the track the listener is.
 *
 * Fades have the shape of equal power, sin and cos of a quarter turn. In a cross-fade the track that comes
 * has risen to sin(x) at most and the one that goes has fallen to cos(x) at most, because neither of their
 * fades is shorter than the time for which both sound. The squares of the two add up to 1 at most, so two
 * tracks that have nothing to do with each other are never louder together than one of them alone, however
 * late a slow phone begins the second. (Fades that add up to 1 themselves would have a hole of 3 dB.)
 */

const STEPS = 24; // straight lines that a fade is drawn with; off by .1 % of full level at most

/** A track and the fades at its ends, in seconds. `duration`: Infinity where the file does not say. */
export interface Course {
  fadeIn: number;
  fadeOut: number;
  duration: number;
}

/** From now on in so many seconds, at this level, 0..1; in between along a straight line. */
export interface Point {
  after: number;
  level: number;
}

/** 0..1 for a part of a fade that is over, 0..1. */
export function risen(part: number): number {
  return Math.sin((Math.min(Math.max(part, 0), 1) * Math.PI) / 2);
}

/** 0..1 at a position of the track, in seconds. Where both fades meet, in a short track, both count. */
export function levelAt(position: number, { fadeIn, fadeOut, duration }: Course): number {
  const left = duration - position;
  const coming = fadeIn > 0 ? risen(position / fadeIn) : 1;
  const going = fadeOut > 0 ? risen(left / fadeOut) : 1;
  return coming * going;
}

/** The rest of a track from a position of it on. */
export function courseFrom(position: number, course: Course): Point[] {
  const { fadeIn, fadeOut, duration } = course;
  const ends = Number.isFinite(duration) ? steps(Math.max(duration - fadeOut, 0), duration) : [];
  const places = [...steps(0, fadeIn), ...ends].filter((place) => place > position);
  places.sort((one, other) => one - other);
  return [position, ...places].map((place) => ({
    after: place - position,
    level: levelAt(place, course),
  }));
}

/** From a level to silence, and on through it. */
export function fallFrom(level: number, seconds: number): Point[] {
  return steps(0, seconds).map((after) => ({ after, level: level * risen(1 - after / seconds) }));
}

/** From a level up to the full one. */
export function riseFrom(level: number, seconds: number): Point[] {
  return steps(0, seconds).map((after) => ({
    after,
    level: level + (1 - level) * risen(after / seconds),
  }));
}

function steps(from: number, to: number): number[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => from + ((to - from) * step) / STEPS);
}
