/** From what the logic found (listening/) to sentences. */

import type { Learned } from "../listening/learned.ts";
import type { Basis, Said } from "../listening/words.ts";
import { audible, type Language, numbersOf } from "./language.ts";
import type { Answer } from "./messages.ts";

/** Why a track is there. */
export function sayWhy({ tag, messages }: Language, said: Said): string {
  const say = messages.why[said.key] as (
    given: Said,
    numbers: ReturnType<typeof numbersOf>,
  ) => string;
  return say(said, numbersOf(tag));
}

/** What an answer is predicted from. */
export function sayBasis({ tag, messages }: Language, { answer, rests, from }: Basis): string {
  const named = answer as Answer;
  if (from !== null) return messages.basis["not-yet"](named, from, numbersOf(tag));
  return messages.basis[rests](named);
}

/** What was learned; undefined of a feature that nobody would hear. */
export function sayLearned(
  { messages }: Language,
  { answer, feature, difference }: Learned,
): string | undefined {
  const heard = audible(feature);
  if (heard === undefined) return undefined;
  const raises = difference > 0;
  const isBetter = answer === "arousal" ? !raises : raises; // calm is what is hoped for
  return messages.learned(answer, heard, isBetter ? "more" : "less");
}
