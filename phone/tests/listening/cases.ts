/** A plan, a catalogue and a model to start tests of listening from. */

import { vi } from "vitest";
import type { Catalogue, Track } from "../../src/listening/catalogue.ts";
import type { Plan } from "../../src/listening/plan.ts";
import type { Opening, Planner } from "../../src/listening/session.ts";
import type { Bundle } from "../../src/model/bundle.ts";
import type { Candidates, Choice, Playlist, Request } from "../../src/model/package.ts";

export const NOW = Date.parse("2026-03-02T18:00:00Z"); // a Monday

/** A plan of four tracks that excludes nothing. */
export const PLAN: Plan = {
  id: "plan",
  version: 1,
  created_at: "2026-01-01T00:00:00Z",
  standing: "active",
  time_zone: "Europe/Berlin",
  target_valence: 0.5,
  target_arousal: -0.5,
  curve: "linear",
  start_factor: 1,
  track_count: 4,
  curve_weights: [1, 2 / 3, 1 / 3, 0],
  minutes: 20,
  hold_radius: 0.15,
  largest_step: 0.35,
  lowest_valence: -0.6,
  selected_by: "model",
  familiarity: "any",
  composed_share: 0,
  always_tracks: [],
  never_tracks: [],
  only_tags: [],
  excluded_tags: [],
  explicit_allowed: false,
  lyrics: "any",
  lyric_languages: [],
  tempo_min: null,
  tempo_max: null,
  loudness_min: null,
  loudness_max: null,
  brightness_min: null,
  brightness_max: null,
  schedule: [],
  homework: "",
  most_sessions_a_day: null,
  most_minutes_a_week: null,
  volume_ceiling: null,
  output: "any",
  fade_in: 3,
  fade_out: 5,
  breathing_rate: null,
  spoken_intro: false,
  silence_at_end: 0,
  measures: [],
  crisis_plan: "",
  excluded_track_ids: [],
  trial: null,
};

/** Tracks "0", "1", … in a schema of tempo and loudness; `more` says otherwise of single ones. */
export function catalogueOf(count: number, more: Record<number, Partial<Track>> = {}): Catalogue {
  const columns = ["tempo", "loudness"].map((name) => ({ name, unit: "", description: "" }));
  const tracks = Array.from({ length: count }, (_, row) => ({
    id: `${row}`,
    key: `key-${row}`,
    title: `Track ${row}`,
    artist: "",
    duration: 180,
    tags: [],
    audio: null,
    values: [60 + row, -23],
    ...more[row],
  }));
  return { schema: { name: "small", version: 1, columns }, tracks };
}

export function opening(catalogue: Catalogue, more: Partial<Opening> = {}): Opening {
  const judged = new Set(catalogue.tracks.map(({ id }) => id));
  return {
    prescription: { plan: PLAN, judged },
    catalogue,
    history: { playlists: [], ratings: [] },
    mood: [-0.5, 0.5],
    seed: 1,
    at: NOW,
    ...more,
  };
}

/** A model that lists the allowed tracks in their order and expects each to lead to its waypoint, so
 * that a test sees what it was asked; the real one is run in tests/phone. */
export function plannerOf(scores?: number[]) {
  const playlist = vi.fn(async (candidates: Candidates, request: Request): Promise<Playlist> => {
    const rows = Array.from(candidates.allowed.keys()).filter((row) => candidates.allowed[row]);
    if (request.first !== undefined) {
      rows.splice(rows.indexOf(request.first), 1);
      rows.unshift(request.first);
    }
    const choices = rows
      .slice(0, request.curve.length)
      .map((row, step) => chosen(row, request, step));
    return { choices, scores: Float32Array.from(scores ?? candidates.allowed.map(() => 0)) };
  });
  const bundle = {
    manifest: {
      schema: { columns: ["tempo", "loudness"] },
      items: { tracks: [], columns: 0 },
      playlist: { weights: [{ name: "temperature", value: 0.05 }] },
    },
    items: new Map(),
  } as unknown as Bundle;
  return { bundle, playlist } satisfies Planner;
}

function chosen(row: number, { mood, target, curve }: Request, step: number): Choice {
  const at = (axis: 0 | 1) => target[axis] + (mood[axis] - target[axis]) * curve[step];
  return {
    row,
    waypoint: [at(0), at(1)],
    predicted: [at(0), at(1)],
    deviation: [0.3, 0.2],
    logProbability: -1,
    terms: { mood: -0.1, familiarity: 0, transition: -0.2, fatigue: 0, exploration: 0 },
    liking: 4,
  };
}
