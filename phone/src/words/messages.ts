/** What the app can say, the same in every language: sentences, and functions where numbers are in them. */

import type { Reason as NothingReason } from "../listening/session.ts";
import type { Said, Sureness } from "../listening/words.ts";
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
}
