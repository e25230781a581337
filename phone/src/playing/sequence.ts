/**
 * One sound after the other, each into the next, until nothing comes any more.
 *
 * It holds no playlist: it knows the sound that plays, those that fade away, and what it was told comes next. It
 * does what can be done whenever something has happened: a place in the track, an answer, a tap (`settle`).
 */

import { comingFrom } from "./coming.ts";
import type { Deck, DeckEvents, Surroundings } from "./surroundings.ts";
import type { PlayerEvents, PlayerOptions, Sound } from "./types.ts";

export const CROSSFADE = 2; // s
const AHEAD = 8; // s before the cross-fade at which is asked what comes: time to read a sound from the disk
const SKIP = 1; // s

export interface Held {
  deck: Deck;
  sound: Sound;
}

/** What the sequence asks of the player around it. */
export interface Stage {
  decks: readonly Deck[];
  /** Whether sound may begin now. */
  isOpen(): boolean;
  /** A track sounds for the first time. */
  began(sound: Sound): void;
  /** Nothing sounds, and nothing comes. */
  drained(): void;
}

export interface Sequence extends Omit<DeckEvents, "halted"> {
  /** That sounds, or is about to. */
  playing(): (Held & { began: boolean }) | undefined;
  settle(): void;
  /** Seconds until something is due; Infinity where that is not known. */
  due(): number;
  pause(): void;
  resume(): void;
  skip(): void;
  nextChanged(): void;
  /** That the track that plays ends here, though it fades still. */
  tellStopped(): void;
  /** All decks are empty, and stay so. */
  clear(): void;
}

export function sequenceOn(
  stage: Stage,
  options: PlayerOptions,
  events: PlayerEvents,
  after: Surroundings["after"],
): Sequence {
  const { plan, crossfade = CROSSFADE } = options;
  const fadeOut = Math.max(plan.fade_out, crossfade);
  let playing: (Held & { fadeIn: number; began: boolean }) | undefined;
  let loaded: Held | undefined; // what comes, once a deck is free for it
  const leaving = new Map<Deck, () => void>(); // with what keeps it from being emptied in time
  const coming = comingFrom(options.next, () => settle());

  const left = () => (playing === undefined ? 0 : playing.deck.duration - playing.deck.position);

  function settle(): void {
    if (!stage.isOpen()) return;
    const { answer } = coming;
    if (answer === "unasked") {
      // Before a track is heard to begin, whoever is asked what comes next would name it again.
      const isHeard = playing === undefined || playing.began;
      if (isHeard && left() <= crossfade + AHEAD) void coming.ask(); // its errors are the caller's
    } else if (answer === null) {
      if (playing === undefined && leaving.size === 0) stage.drained();
    } else if (answer !== "asked") {
      load(answer);
      if (loaded !== undefined && left() <= crossfade) changeOver(loaded);
    }
  }

  function load(sound: Sound): void {
    if (loaded !== undefined) return;
    const deck = stage.decks.find((each) => each !== playing?.deck && !leaving.has(each));
    if (deck === undefined) return; // one fades away still
    loaded = { deck, sound };
    deck.load(sound);
  }

  function changeOver(to: Held): void {
    const together = playing !== undefined ? left() : leaving.size > 0 ? SKIP : 0;
    if (playing !== undefined) leaving.set(playing.deck, () => {}); // its own fade is on its way
    const tellFinished = over("finished");
    loaded = undefined;
    coming.forget();
    playing = { ...to, fadeIn: Math.max(plan.fade_in, together), began: false };
    to.deck.play(playing.fadeIn, fadeOut);
    tellFinished();
  }

  function forget(): void {
    coming.forget();
    loaded?.deck.empty();
    loaded = undefined;
  }

  /** From here on no track plays. What this answers tells how that one ended, when all is in order: whoever is
   * told may ask for something else at once. */
  function over(how: "finished" | "skipped" | "stopped" | "failed"): () => void {
    if (playing === undefined) return () => {};
    const { sound, deck, began } = playing;
    const seconds = deck.position;
    playing = undefined;
    if (!began && how !== "failed") return () => {};
    return () => events[how](sound.track, seconds);
  }

  function letGo(deck: Deck): void {
    leaving.get(deck)?.();
    leaving.delete(deck);
    deck.empty();
  }

  function fadeAway(deck: Deck): void {
    leaving.get(deck)?.();
    deck.fadeAway(SKIP);
    const gone = () => {
      letGo(deck);
      settle();
    };
    leaving.set(deck, after(SKIP, gone));
  }

  return {
    playing: () => playing,
    settle,
    due: () => left() - crossfade,
    moved: (deck) => {
      if (playing === undefined || playing.deck !== deck || playing.began) return;
      playing.began = true;
      stage.began(playing.sound);
    },
    ended: (deck) => {
      const tell = deck === playing?.deck ? over("finished") : () => {};
      letGo(deck);
      tell();
      settle();
    },
    broken: (deck) => {
      let tell = () => {};
      if (deck === playing?.deck) tell = over("failed");
      if (deck === loaded?.deck) {
        const { track } = loaded.sound;
        forget();
        tell = () => events.failed(track, 0);
      }
      letGo(deck);
      tell();
      settle();
    },
    pause: () => {
      playing?.deck.pause();
      for (const deck of leaving.keys()) letGo(deck);
    },
    resume: () => {
      playing?.deck.play(playing.fadeIn, fadeOut);
      settle();
    },
    skip: () => {
      for (const deck of leaving.keys()) fadeAway(deck);
      if (playing !== undefined) fadeAway(playing.deck);
      forget();
      over("skipped")();
      settle();
    },
    nextChanged: () => {
      forget();
      settle();
    },
    tellStopped: () => over("stopped")(),
    clear: () => {
      coming.forget();
      for (const callOff of leaving.values()) callOff();
      for (const deck of stage.decks) deck.empty();
      playing = loaded = undefined;
    },
  };
}
