/** What comes next: asked of the caller, late, and asked again when that may have changed. */

import type { Sound } from "./types.ts";

export interface Coming {
  /** Not asked yet (`unasked`), no answer yet (`asked`), the answer (null: nothing comes). */
  readonly answer: Sound | null | "unasked" | "asked";
  /** Settles with the answer; throws what `next` throws. */
  ask(): Promise<void>;
  /** What was answered, or will be, counts no more. */
  forget(): void;
}

/** `answered` is called when the newest question was. Where `next` throws, nothing comes. */
export function comingFrom(next: () => Promise<Sound | null>, answered: () => void): Coming {
  let answer: Coming["answer"] = "unasked";
  let question = 0;
  const take = (to: number, sound: Sound | null) => {
    if (to !== question) return;
    answer = sound;
    answered();
  };
  const ask = async (asked: number) => {
    try {
      take(asked, await next());
    } catch (error) {
      take(asked, null);
      throw error;
    }
  };
  return {
    get answer() {
      return answer;
    },
    ask: () => {
      answer = "asked";
      question += 1;
      return ask(question);
    },
    forget: () => {
      answer = "unasked";
      question += 1;
    },
  };
}
