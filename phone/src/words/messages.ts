/** What the app can say, the same in every language: sentences, and functions where numbers are in them. */

import type { Reason as NothingReason } from "../listening/session.ts";
import type { Said, Sureness } from "../listening/words.ts";
import type { MusicOutcome } from "../readying/audio.ts";
import type { Step } from "../readying/renewing.ts";
import type { Reason as Refusal } from "../signing/verify.ts";

/** Writes numbers as the language does. */
export interface Numbers {
  /** With so many digits after the point. */
  fixed(value: number, digits: number): string;
  whole(value: number): string;
}

/** Features that a person can hear. Of others nothing is said. */
export type Audible = "tempo" | "loudness" | "brightness" | "mode" | "dissonance";
export type Answer = "liking" | "valence" | "arousal";

export interface Messages {
  /** Why a track is there; short, for they stand in a row. */
  why: { [Key in Said["key"]]: (said: Extract<Said, { key: Key }>, numbers: Numbers) => string };
  sureness: Record<Sureness, string>;
  /** What an answer is predicted from; `from`: ratings until that changes. */
  basis: {
    everybody: (answer: Answer) => string;
    "not-yet": (answer: Answer, from: number, numbers: Numbers) => string;
    "own-level": (answer: Answer) => string;
    "own-tracks": (answer: Answer) => string;
  };
  /** That after tracks with more, or less, of a feature this person's answer is the better one (of
   * arousal: the calmer one) beyond what other people's is. */
  learned: (answer: Answer, feature: Audible, amount: "more" | "less") => string;
  /** Before a list of what was learned. */
  learnedIs: string;
  nothingToPlay: Record<NothingReason, string>;
  /** A model that was not taken; the one before stays in use. */
  refused: Record<Refusal, string>;
  pairing: Record<"unknown" | "expired" | "malformed" | "no-answer" | "other-patient", string> & {
    "too-many": (seconds: number, numbers: Numbers) => string;
  };
  handingOver: {
    waiting: (items: number, numbers: Numbers) => string;
    allThere: string;
    aside: (items: number, numbers: Numbers) => string;
    notConnected: string;
    careEnded: string;
    full: string;
  };
  playing: {
    /** Words of the breathing guide, where nothing moves. */
    breathe: Record<"in" | "out", string>;
    /** The phone paused it: a call, another app, headphones pulled out. */
    interrupted: string;
    /** A track that could not be decoded. */
    passedOver: string;
    /** The plan has a ceiling: what helps where that is too soft. */
    keptSoft: string;
    /** The plan's silence after the last track. */
    silence: string;
    /** The sleep timer ended it. */
    asleep: string;
  };
  lock: {
    /** Before a lock is set: what it is for. */
    why: string;
    ask: string;
    askPasskey: string;
    /** `wait`: seconds until another may be tried; 0 for at once. */
    wrong: (wait: number, numbers: Numbers) => string;
    tooSoon: (wait: number, numbers: Numbers) => string;
    tooShort: string;
    /** What six digits are worth, where one is chosen. */
    digits: string;
    notConfirmed: string;
    noPrf: string;
    /** Another tab changed the lock meanwhile. */
    overtaken: string;
    /** Set; what there is, is encrypted anew. */
    finishing: (done: number, total: number, numbers: Numbers) => string;
    forgotten: string;
    /** Before this phone is forgotten. `items`: what is nowhere else. */
    forget: (items: number, numbers: Numbers) => string;
    /** `minutes`: in the background; 0 for at once. */
    after: (minutes: number, numbers: Numbers) => string;
  };
  /** Having everything here for weeks without a network. */
  readying: {
    /** Before each step of it. */
    step: Record<Step, string>;
    /** Nothing is missing. */
    ready: string;
    /** Something could not be fetched; what was there stays. */
    notAll: string;
    music: (here: number, of: number, numbers: Numbers) => string;
    musicEnded: Record<Exclude<MusicOutcome, "done">, string>;
    /** There is no model yet, or its time is over: what can be done all the same. */
    withoutModel: Record<"none" | "expired" | "other", string>;
    /** The server has no plan for the patient yet. */
    noPlan: string;
  };
}
