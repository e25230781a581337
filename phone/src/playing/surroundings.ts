/** What a player needs of the browser; tests of its logic bring their own. */

import { lockScreen } from "./mediaSession.ts";
import { openOutlet } from "./outlet.ts";
import type { Sound } from "./types.ts";

/** One of the two places that a track plays from. */
export interface Deck {
  /** Holds this sound from now on, at its beginning, silent. */
  load(sound: Sound): void;
  /** From where it stands, with fades of so many seconds at the ends of the track. */
  play(fadeIn: number, fadeOut: number): void;
  pause(): void;
  /** Plays on, softer and softer, whatever the fades of the track are. */
  fadeAway(seconds: number): void;
  /** Holds nothing any more. */
  empty(): void;
  /** In seconds. */
  readonly position: number;
  /** In seconds; Infinity where it is not known (yet). */
  readonly duration: number;
}

/** What happens to a deck that holds a sound. */
export interface DeckEvents {
  /** It sounds, or plays on. */
  moved(deck: Deck): void;
  ended(deck: Deck): void;
  broken(deck: Deck): void;
  /** By the system, not by us. */
  halted(): void;
}

/** Where both decks go. */
export interface Outlet {
  decks: readonly [Deck, Deck];
  /** For pauses and the end. */
  hush: Fader;
  /** For the sleep timer. */
  dusk: Fader;
  /** An amplitude, 0..1. */
  setGain(gain: number): void;
  /** In a tap: sounds again after an interruption. */
  wake(): void;
  close(): void;
}

/** To silence or to full level, from wherever it is. */
export type Fader = (to: 0 | 1, seconds: number) => void;

export interface Surroundings {
  /** In a tap. */
  open(gain: number, events: DeckEvents): Outlet;
  lockScreen: typeof lockScreen;
  /** Runs `work` in so many seconds, unless it is called off by what this answers. */
  after(seconds: number, work: () => void): () => void;
  /** In seconds, on a clock that nobody sets. */
  now(): number;
}

export const BROWSER: Surroundings = {
  open: openOutlet,
  lockScreen,
  after: (seconds, work) => {
    const timer = setTimeout(work, seconds * 1000);
    return () => clearTimeout(timer);
  },
  now: () => performance.now() / 1000,
};
