/** The session plan as GET /api/v1/plan answers it. A test holds it against docs/openapi.yaml. */

/** A time of the week at which a session is due. */
export interface Slot {
  /** 1 Monday .. 7 Sunday. */
  days: number[];
  /** On the wall clock of the plan's zone, such as 20:30. */
  at: string;
  /** For how long it may be begun. */
  minutes: number;
}

export interface Asked {
  measure: string;
  when: "start" | "before-session" | "after-session" | "weekly" | "every-4-weeks" | "review";
  may_skip: boolean;
}

export type Curve = "linear" | "ease-out" | "plateau" | "u" | "direct";

/** What one session plays by in the place of what the plan says. */
export interface Assignment {
  id: string;
  curve: Curve;
  start_factor: number;
  track_count: number;
  curve_weights: number[];
}

/** Units and meanings are those of docs/openapi.yaml, PlanBody. Null: not limited, or none. */
export interface Plan {
  id: string;
  version: number;
  created_at: string;
  standing: "active" | "paused" | "ended";
  time_zone: string;
  target_valence: number;
  target_arousal: number;
  curve: Curve;
  start_factor: number;
  track_count: number;
  curve_weights: number[];
  minutes: number;
  hold_radius: number;
  largest_step: number;
  lowest_valence: number;
  selected_by: "model" | "patient" | "together" | "therapist";
  familiarity: "any" | "familiar" | "new";
  composed_share: number;
  always_tracks: string[];
  never_tracks: string[];
  only_tags: string[];
  excluded_tags: string[];
  explicit_allowed: boolean;
  lyrics: "any" | "none" | "languages";
  lyric_languages: string[];
  tempo_min: number | null;
  tempo_max: number | null;
  loudness_min: number | null;
  loudness_max: number | null;
  brightness_min: number | null;
  brightness_max: number | null;
  schedule: Slot[];
  homework: string;
  most_sessions_a_day: number | null;
  most_minutes_a_week: number | null;
  volume_ceiling: number | null;
  output: "any" | "headphones" | "speaker";
  fade_in: number;
  fade_out: number;
  breathing_rate: number | null;
  spoken_intro: boolean;
  silence_at_end: number;
  measures: Asked[];
  crisis_plan: string;
  excluded_track_ids: string[];
  trial: { id: string; assignments: Assignment[] } | null;
}
