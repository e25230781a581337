/** The sleep timer: fades for its last minute, then ends the session. */

import type { Fader, Surroundings } from "./surroundings.ts";

const DUSK = 60; // s
const BACK = 2; // s: when the timer is taken back while it fades

/** Set with the seconds after which all is silent, or null for never. */
export function sleepTimerOf(
  after: Surroundings["after"],
  dusk: Fader,
  asleep: () => void,
): (seconds: number | null) => void {
  let callOff: (() => void)[] = [];
  let fades = false;
  return (seconds) => {
    for (const each of callOff) each();
    callOff = [];
    if (fades) dusk(1, BACK);
    fades = false;
    if (seconds === null) return;
    const fade = Math.min(DUSK, seconds);
    const begin = () => {
      fades = true;
      dusk(0, fade);
    };
    callOff = [after(seconds - fade, begin), after(seconds, asleep)];
  };
}
