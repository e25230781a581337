/** The language that is spoken now, with numbers and times as it writes them. */

import { type Language, languageFor, numbersOf } from "./language.ts";
import type { Numbers } from "./messages.ts";

export interface Spoken extends Language {
  numbers: Numbers;
  /** Such as 20:30, with the day of the week where it is not today. `at`: ms since 1970. */
  time(at: number): string;
  date(at: number): string;
}

/** `chosen`: by the patient; else the browser's own languages decide. */
export function spokenFor(chosen: string | undefined): Spoken {
  const language = languageFor(chosen === undefined ? navigator.languages : [chosen]);
  const tag = nearest(language.tag);
  const time = new Intl.DateTimeFormat(tag, { hour: "numeric", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(tag, { dateStyle: "medium" });
  const day = new Intl.DateTimeFormat(tag, { weekday: "long" });
  return {
    ...language,
    numbers: numbersOf(language.tag),
    time(at) {
      const isToday = new Date(at).toDateString() === new Date().toDateString();
      return isToday ? time.format(at) : `${day.format(at)} ${time.format(at)}`;
    },
    date: (at) => date.format(at),
  };
}

/** The same language as it is written where the patient is from: dates differ between countries. */
function nearest(tag: string): string {
  const main = (one: string) => one.split("-")[0];
  return navigator.languages.find((one) => main(one) === main(tag)) ?? tag;
}
