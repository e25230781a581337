/**
 * A track on its way into the graph: an audio element, its own level, its fades. An element decodes as it goes,
 * so a track of ten minutes costs no more memory than one of two, and it plays on with the screen locked.
 */

import { draw } from "./drawing.ts";
import { courseFrom, fallFrom, levelAt } from "./fades.ts";
import type { Deck, DeckEvents } from "./surroundings.ts";

/** In a tap: an element that played in one may be played again later without (Safari asks for that). */
export function deckOf(context: AudioContext, into: AudioNode, events: DeckEvents): Deck {
  const element = new Audio();
  const [fade, own] = [context.createGain(), context.createGain()];
  context.createMediaElementSource(element).connect(fade).connect(own).connect(into);
  let address = URL.createObjectURL(nothing());
  let holds = false;
  let plays = false; // or is meant to
  let fades = { fadeIn: 0, fadeOut: 0 };
  const duration = () => (Number.isNaN(element.duration) ? Infinity : element.duration);
  const course = () => ({ ...fades, duration: duration() });

  const change = (sound: Blob | null, gain: number) => {
    plays = false;
    holds = sound !== null;
    URL.revokeObjectURL(address);
    address = sound === null ? "" : URL.createObjectURL(sound);
    draw(context, fade.gain, [{ after: 0, level: 0 }]);
    own.gain.value = gain;
    if (sound === null) element.removeAttribute("src");
    else element.src = address;
    element.load();
  };
  const follow = () => {
    if (plays) draw(context, fade.gain, courseFrom(element.currentTime, course()));
  };
  const deck: Deck = {
    load: ({ blob, gain = 1 }) => change(blob, Math.min(Math.max(gain, 0), 1)),
    play: (fadeIn, fadeOut) => {
      fades = { fadeIn, fadeOut };
      plays = true;
      follow();
      element.play().catch((refusal: DOMException) => {
        if (refusal.name === "NotAllowedError" && plays) events.halted(); // it was no tap
      });
    },
    pause: () => {
      plays = false;
      element.pause();
    },
    fadeAway: (seconds) => {
      plays = false; // for `follow`: the element plays on
      draw(context, fade.gain, fallFrom(levelAt(element.currentTime, course()), seconds));
    },
    empty: () => change(null, 0),
    get position() {
      return element.currentTime;
    },
    get duration() {
      return duration();
    },
  };

  const on = (name: string, work: () => void) =>
    element.addEventListener(name, () => {
      if (holds) work();
    });
  // Fades are drawn ahead on the graph's clock, and again whenever the element's may have left it.
  for (const name of ["playing", "durationchange", "seeked"]) on(name, follow);
  on("playing", () => events.moved(deck));
  on("timeupdate", () => events.moved(deck));
  on("ended", () => events.ended(deck));
  on("pause", () => {
    if (plays && element.paused && !element.ended) events.halted();
  });
  on("error", () => {
    if (element.error !== null) events.broken(deck);
  });
  element.src = address;
  void element.play().catch(() => {}); // a browser that needs no such play may cut it short
  return deck;
}

/** A WAV file of a twentieth of a second of silence: 8 bits, one channel, 8 kHz. */
function nothing(): Blob {
  const samples = 400;
  const header = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string) => {
    for (let index = 0; index < word.length; index++) {
      header.setUint8(at + index, word.charCodeAt(index));
    }
  };
  text(0, "RIFF");
  header.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true); // bytes of the format
  header.setUint16(20, 1, true); // PCM
  header.setUint16(22, 1, true); // channels
  header.setUint32(24, 8000, true); // samples a second
  header.setUint32(28, 8000, true); // bytes a second
  header.setUint16(32, 1, true); // bytes a frame
  header.setUint16(34, 8, true); // bits a sample
  text(36, "data");
  header.setUint32(40, samples, true);
  return new Blob([header, new Uint8Array(samples).fill(128)], { type: "audio/wav" });
}
