/** Questionnaires as GET /api/v1/measures answers them, and what of an answer must be acted on at once. */

export interface Option {
  value: number;
  label: string;
}

export interface Line {
  lowest: number;
  highest: number;
  whole: boolean;
  lowest_label: string;
  highest_label: string;
}

export interface Item {
  id: string;
  text: string;
  optional: boolean;
  asks_about_self_harm: boolean;
  /** One of these is the answer; empty for a line. */
  options: Option[];
  line: Line | null;
}

export interface Measure {
  key: string;
  version: number;
  title: string;
  language: string;
  instruction: string;
  items: Item[];
  licence: { terms: string; according_to: string };
}

/** Thoughts of self-harm: the crisis screen is shown as soon as this is answered (docs/measures.md). */
export function needsHelpNow(item: Item, value: number): boolean {
  return item.asks_about_self_harm && value > 0;
}
