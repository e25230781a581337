/** What a player is given, what it tells, and what can be asked of it. */

import type { Plan } from "../listening/plan.ts";

export interface Sound {
  track: string;
  title: string;
  artist: string;
  blob: Blob;
  /** To bring it to the level of the others, 0..1: tracks are only ever made softer. */
  gain?: number;
}

export type PlayedPlan = Pick<Plan, "volume_ceiling" | "fade_in" | "fade_out" | "silence_at_end">;

export interface PlayerOptions {
  plan: PlayedPlan;
  /** Seconds for which two tracks sound together; 2 if left out. */
  crossfade?: number;
  /**
   * What comes next; null: nothing does. It is asked late, some seconds before the cross-fade, and again
   * after `nextChanged`, a skip and a sound that cannot be played. An answer to an earlier question counts
   * no more. Where it throws, nothing comes next.
   */
  next(): Promise<Sound | null>;
}

/** `ready`: before `begin`. `silence`: the list was heard out, and the plan's silence goes on. */
export type Standing = "ready" | "playing" | "paused" | "silence" | "stopping" | "over";

/** `drained`: heard out, silence and all. `asleep`: by the sleep timer. */
export type End = "drained" | "stopped" | "asleep";

/**
 * Of every track that began there is one of `finished`, `skipped`, `stopped` and `failed`, before the next one
 * begins. `seconds`: heard, without pauses. The seconds of a cross-fade are those of the track that comes, so
 * that those of all tracks add up to the time for which music was heard.
 */
export interface PlayerEvents {
  /** It sounds. */
  began(track: string): void;
  /** Seconds into the track, and its length (Infinity where its file does not say); 4 times a second at most. */
  progress(position: number, duration: number): void;
  finished(track: string, seconds: number): void;
  skipped(track: string, seconds: number): void;
  stopped(track: string, seconds: number): void;
  /** It cannot be decoded: wholly, and then it never began, or from there on. The next one takes its place. */
  failed(track: string, seconds: number): void;
  /** By a call, another app or headphones that were pulled out: it is paused until `resume`. */
  interrupted(): void;
  /** Also by the keys of the lock screen. */
  changed(standing: Standing): void;
  /** The last that is told. */
  ended(how: End): void;
}

export interface Player {
  /** Call it in the tap itself, before anything is awaited: else a browser lets nothing sound. Once. */
  begin(): void;
  pause(): void;
  /** In the tap, as `begin`. */
  resume(): void;
  /** The track fades out, and what `next` answers comes. In a pause, music goes on with it. */
  skip(): void;
  /** Fades out, 1.5 s at most and no longer than the plan's tracks do. Resolves when all is silent. */
  stop(): Promise<void>;
  /** What was to come next may have changed. Counts until the cross-fade begins. */
  nextChanged(): void;
  /** 0..100 %, never above the plan's ceiling, at which it begins. Answers what it is now. */
  setVolume(percent: number): number;
  /** In so many minutes all is silent, after fading for the last of them; null: not at all. */
  sleepTimer(minutes: number | null): void;
  readonly standing: Standing;
  /** Of the track that plays, in seconds; null where none does. */
  elapsed(): number | null;
  /** Infinity where its file does not say. */
  remaining(): number | null;
}
