/** Levels in time, on the clock of the graph: they go on while the page is asleep. */

import type { Point } from "./fades.ts";

/** A level along points from now on, instead of what it was to do. */
export function draw(context: BaseAudioContext, param: AudioParam, points: Point[]): void {
  const now = context.currentTime;
  param.cancelScheduledValues(0);
  param.setValueAtTime(points[0].level, now);
  for (const { after, level } of points.slice(1)) {
    param.linearRampToValueAtTime(level, now + after);
  }
}
