/**
 * The graph that sound goes through: two decks → dusk (sleep timer) → hush (pauses, the end) → ceiling → out.
 *
 * There is no compressor behind it. The one that Web Audio has raises the whole by a fixed gain that follows
 * from its own settings (makeup gain, in the specification of DynamicsCompressorNode), so it would break the
 * ceiling that it is meant to guard; and nothing here makes a sound louder than its file (see fades.ts).
 */

import { deckOf } from "./deck.ts";
import { draw } from "./drawing.ts";
import { fallFrom, riseFrom } from "./fades.ts";
import type { DeckEvents, Fader, Outlet } from "./surroundings.ts";

const SMOOTH = 0.02; // s: a change of volume makes no click
const CLICK = 0.01; // s: what ends faster clicks

/** In a tap. `gain`: the plan's ceiling as an amplitude. */
export function openOutlet(gain: number, events: DeckEvents): Outlet {
  playThroughSilentSwitch();
  const context = new AudioContext({ latencyHint: "playback" });
  const [dusk, hush, ceiling] = [context.createGain(), context.createGain(), context.createGain()];
  ceiling.gain.value = gain;
  dusk.connect(hush).connect(ceiling).connect(context.destination);
  let wasRunning = false;
  context.addEventListener("statechange", () => {
    const isRunning = context.state === "running";
    if (wasRunning && !isRunning && context.state !== "closed") events.halted();
    wasRunning = isRunning;
  });
  void context.resume();
  return {
    decks: [deckOf(context, dusk, events), deckOf(context, dusk, events)],
    dusk: faderOf(context, dusk.gain),
    hush: faderOf(context, hush.gain),
    setGain: (to) => ceiling.gain.setTargetAtTime(to, context.currentTime, SMOOTH),
    wake: () => void context.resume().catch(() => events.halted()), // a call goes on still
    close: () => void context.close(),
  };
}

function faderOf(context: BaseAudioContext, param: AudioParam): Fader {
  return (to, seconds) => {
    const shape = to === 0 ? fallFrom : riseFrom;
    draw(context, param, shape(param.value, Math.max(seconds, CLICK)));
  };
}

/** On an iPhone, Web Audio falls silent with the ring switch unless the page says that it plays music
 * (Audio Session API, a draft that Safari has). */
function playThroughSilentSwitch(): void {
  const { audioSession } = navigator as { audioSession?: { type: string } };
  if (audioSession !== undefined) audioSession.type = "playback";
}
