/**
 * Whether an answer is what docs/openapi.yaml says, as far as this app relies on it. The types say what is
 * expected; here it is made sure of, before an answer takes the place of a good one. Words and fields that a
 * newer server may have are let through.
 */

import type { Catalogue } from "../listening/catalogue.ts";
import type { Assignment, Plan } from "../listening/plan.ts";
import type { AnswerName } from "../store/schema.ts";

/** The answer is not what it should be; the message says where. */
export class BadAnswer extends Error {}

type Check = (value: unknown) => boolean;
type Shape<Body> = Record<keyof Body, Check>;

const text: Check = (value) => typeof value === "string";
const truth: Check = (value) => typeof value === "boolean";
const number: Check = (value) => Number.isFinite(value);
const unit: Check = (value) => number(value) && Math.abs(value as number) <= 1;
const positive: Check = (value) => number(value) && (value as number) >= 0;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const address: Check = (value) => text(value) && /^\/(?!\/)/.test(value as string); // on this server
const time: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string));
const wallTime: Check = (value) => text(value) && /^\d\d:\d\d/.test(value as string);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const shaped =
  (shape: Record<string, Check>): Check =>
  (value) =>
    faultIn(shape, value) === undefined;

const ASSIGNMENT: Shape<Assignment> = {
  id: text,
  curve: text,
  start_factor: number,
  track_count: count,
  curve_weights: listOf(number),
};

const PLAN: Shape<Plan> = {
  id: text,
  version: count,
  created_at: time,
  standing: oneOf("active", "paused", "ended"),
  time_zone: zone,
  target_valence: unit,
  target_arousal: unit,
  curve: text,
  start_factor: number,
  track_count: count,
  curve_weights: listOf(number),
  minutes: positive,
  hold_radius: positive,
  largest_step: positive,
  lowest_valence: unit,
  selected_by: text,
  familiarity: text,
  composed_share: number,
  always_tracks: listOf(text),
  never_tracks: listOf(text),
  only_tags: listOf(text),
  excluded_tags: listOf(text),
  explicit_allowed: truth,
  lyrics: text,
  lyric_languages: listOf(text),
  tempo_min: orNull(number),
  tempo_max: orNull(number),
  loudness_min: orNull(number),
  loudness_max: orNull(number),
  brightness_min: orNull(number),
  brightness_max: orNull(number),
  schedule: listOf(shaped({ days: listOf(count), at: wallTime, minutes: positive })),
  homework: text,
  most_sessions_a_day: orNull(positive),
  most_minutes_a_week: orNull(positive),
  volume_ceiling: orNull(positive),
  output: text,
  fade_in: positive,
  fade_out: positive,
  breathing_rate: orNull(positive),
  spoken_intro: truth,
  silence_at_end: positive,
  measures: listOf(shaped({ measure: text, when: text, may_skip: truth })),
  crisis_plan: text,
  excluded_track_ids: listOf(text),
  trial: orNull(shaped({ id: text, assignments: listOf(shaped(ASSIGNMENT)) })),
};

const CATALOGUE: Shape<Catalogue> = {
  schema: shaped({
    name: text,
    version: count,
    columns: listOf(shaped({ name: text, unit: text, description: text })),
  }),
  tracks: listOf(
    shaped({
      id: text,
      key: text,
      title: text,
      artist: text,
      duration: orNull(positive),
      tags: listOf(text),
      audio: orNull(address),
      values: listOf(number),
    }),
  ),
};

const OTHERS: Record<Exclude<AnswerName, "plan" | "catalogue">, Record<string, Check>> = {
  consents: { consents: listOf(shaped({ scope: text, given: orNull(truth) })) },
  measures: {
    measures: listOf(shaped({ key: text, version: count, title: text, items: listOf(isRecord) })),
  },
  "crisis-contacts": {
    line: text,
    phone: text,
    page: text,
    emergency: text,
    crisis_plan: text,
    not_watched: text,
  },
  reminders: { channels: listOf(text), language: text, time_zone: text, consent: truth },
};

/** Throws BadAnswer. */
export function checkAnswer(name: AnswerName, body: unknown): void {
  if (name === "plan") checkPlan(body);
  else if (name === "catalogue") checkCatalogue(body);
  else demandShape(name, OTHERS[name], body);
}

function checkPlan(body: unknown): asserts body is Plan {
  demandShape("plan", PLAN, body);
  const plan = body as Plan;
  const ways = [plan, ...(plan.trial?.assignments ?? [])];
  if (ways.some(({ curve_weights, track_count }) => curve_weights.length !== track_count)) {
    throw new BadAnswer("plan: curve_weights");
  }
}

function checkCatalogue(body: unknown): asserts body is Catalogue {
  demandShape("catalogue", CATALOGUE, body);
  const { schema, tracks } = body as Catalogue;
  const columns = schema.columns.length;
  if (tracks.some(({ values }) => values.length !== columns)) {
    throw new BadAnswer("catalogue: values");
  }
  if (new Set(tracks.map(({ id }) => id)).size < tracks.length)
    throw new BadAnswer("catalogue: id");
}

function demandShape(name: AnswerName, shape: Record<string, Check>, body: unknown): void {
  const fault = faultIn(shape, body);
  if (fault !== undefined) throw new BadAnswer(`${name}: ${fault}`);
}

/** The first field that is not what it should be; undefined where all are. */
function faultIn(shape: Record<string, Check>, value: unknown): string | undefined {
  if (!isRecord(value)) return "not an object";
  return Object.keys(shape).find((field) => !shape[field](value[field]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether Intl knows it, or every time of the plan would be an error. */
function zone(value: unknown): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value as string });
    return text(value);
  } catch {
    return false;
  }
}
