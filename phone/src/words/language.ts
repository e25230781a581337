/** The language that the app speaks, and numbers and times as it writes them. */

import { en } from "./en.ts";
import type { Audible, Messages, Numbers } from "./messages.ts";
import { type Screens, screensEn } from "./screens.en.ts";
import { screensZh } from "./screens.zh.ts";
import { zh } from "./zh.ts";

export interface Language {
  /** BCP 47, for `lang` and for Intl. */
  tag: string;
  /** What it calls itself. */
  name: string;
  /** Of what the app found. */
  messages: Messages;
  /** On the screens. */
  words: Screens;
}

export const LANGUAGES: readonly Language[] = [
  { tag: "en", name: "English", messages: en, words: screensEn },
  { tag: "zh-Hans", name: "简体中文", messages: zh, words: screensZh },
];

/** The first language of the wanted ones, the dearest first, that there are words in; else English. */
export function languageFor(wanted: readonly string[]): Language {
  const main = (tag: string) => tag.toLowerCase().split("-")[0];
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => main(language.tag) === main(tag));
    if (found !== undefined) return found;
  }
  return LANGUAGES[0];
}

export function numbersOf(tag: string): Numbers {
  return {
    fixed(value, digits) {
      const given = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return new Intl.NumberFormat(tag, given).format(value);
    },
    whole: (value) => new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }).format(value),
  };
}

// The names that schemas have for what can be heard.
const AUDIBLE: Record<string, Audible> = {
  tempo: "tempo",
  integrated_loudness: "loudness",
  loudness: "loudness",
  spectral_centroid_mean: "brightness",
  brightness: "brightness",
  mode: "mode",
  sensory_dissonance: "dissonance",
  dissonance: "dissonance",
};

/** What people call a feature; undefined where nobody would hear it. */
export function audible(feature: string): Audible | undefined {
  return AUDIBLE[feature];
}

/** What a language is called in another; its tag where the browser does not know. */
export function nameOfLanguage(tag: string, inside: string): string {
  return new Intl.DisplayNames([inside], { type: "language" }).of(tag) ?? tag;
}

/** What a country is called. `country`: ISO 3166-1 alpha-2. */
export function nameOfCountry(country: string, inside: string): string {
  return new Intl.DisplayNames([inside], { type: "region" }).of(country) ?? country;
}
