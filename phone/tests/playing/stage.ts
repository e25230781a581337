/** A phone without a browser: a clock that is moved by hand, and decks on which time passes with it. */

import { startPlayer } from "../../src/playing/player.ts";
import type { Deck, DeckEvents, Surroundings } from "../../src/playing/surroundings.ts";
import type { PlayedPlan, PlayerEvents, Sound } from "../../src/playing/types.ts";

export const PLAN: PlayedPlan = {
  volume_ceiling: null,
  fade_in: 3,
  fade_out: 5,
  silence_at_end: 10,
};
const STEP = 0.05; // s

/** A sound of so many seconds; from `breaks` on it cannot be decoded. It is heard `slow` seconds after it was
 * to be played. */
export interface Made extends Sound {
  seconds: number;
  breaks?: number;
  slow?: number;
}

export function sound(track: string, seconds = 60, more: Partial<Made> = {}): Made {
  return { track, title: track, artist: "", blob: new Blob(), seconds, ...more };
}

class FakeDeck implements Deck {
  holds: Made | undefined;
  plays = false;
  position = 0;
  log: string[] = [];
  private waited = 0;
  private readonly events: DeckEvents;

  constructor(events: DeckEvents) {
    this.events = events;
  }
  get duration() {
    return this.holds?.seconds ?? Infinity;
  }
  load(made: Sound) {
    this.holds = made as Made;
    this.plays = false;
    this.position = 0;
    this.waited = 0;
  }
  play(fadeIn: number, fadeOut: number) {
    this.plays = true;
    this.log.push(`play ${this.holds?.track} ${fadeIn.toFixed(1)} ${fadeOut.toFixed(1)}`);
  }
  pause() {
    this.plays = false;
  }
  fadeAway(seconds: number) {
    this.log.push(`away ${this.holds?.track} ${seconds}`);
  }
  empty() {
    this.holds = undefined;
    this.plays = false;
  }
  pass(seconds: number) {
    if (this.holds?.breaks === 0) return this.events.broken(this);
    if (!this.plays || this.holds === undefined) return;
    this.waited += seconds;
    if (this.waited <= (this.holds.slow ?? 0)) return;
    this.position = Math.min(this.position + seconds, this.holds.seconds);
    const { breaks = Infinity } = this.holds;
    if (this.position >= breaks) return this.events.broken(this);
    if (this.position >= this.holds.seconds) return this.events.ended(this);
    this.events.moved(this);
  }
}

/** A player of `list`, from which the next sound is taken whenever it is asked for. `told`: in words. */
export function play(list: (Sound | null)[], plan: Partial<PlayedPlan> = {}, crossfade = 2) {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  let decks: FakeDeck[] = [];
  let heard: DeckEvents | undefined;
  let keys: Record<string, () => void> = {};
  let asked = 0;
  const told: string[] = [];
  const levels: string[] = [];
  const progress: number[] = [];
  const shown: string[] = [];
  const around: Surroundings = {
    open: (gain, events) => {
      heard = events;
      levels.push(`gain ${gain.toFixed(3)}`);
      decks = [new FakeDeck(events), new FakeDeck(events)];
      return {
        decks: decks as unknown as [Deck, Deck],
        hush: (to, seconds) => levels.push(`hush ${to} ${seconds}`),
        dusk: (to, seconds) => levels.push(`dusk ${to} ${seconds}`),
        setGain: (to) => levels.push(`gain ${to.toFixed(3)}`),
        wake: () => {},
        close: () => levels.push("closed"),
      };
    },
    lockScreen: (given) => {
      keys = { ...given };
      return {
        show: (title) => shown.push(title),
        stand: (state) => shown.push(state),
        place: () => {},
        leave: () => shown.push("left"),
      };
    },
    after: (seconds, work) => {
      const timer = { at: now + seconds, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    now: () => now,
  };
  const say = (how: string) => (track: string, seconds?: number) =>
    told.push(`${how} ${track}${seconds === undefined ? "" : ` ${seconds.toFixed(0)}`}`);
  const events: PlayerEvents = {
    began: say("began"),
    progress: () => progress.push(now),
    finished: say("finished"),
    skipped: say("skipped"),
    stopped: say("stopped"),
    failed: say("failed"),
    interrupted: () => told.push("interrupted"),
    changed: () => {},
    ended: (how) => told.push(`ended ${how}`),
  };
  const next = async () => {
    asked += 1;
    return list.shift() ?? null;
  };
  const player = startPlayer({ plan: { ...PLAN, ...plan }, crossfade, next }, events, around);

  /** So many seconds go by; between them, promises are kept. */
  async function pass(seconds: number): Promise<void> {
    for (const until = now + seconds; now < until - STEP / 2; ) {
      now += STEP;
      for (const deck of decks) deck.pass(STEP);
      for (const { work } of timers.filter(({ at }) => at <= now)) work();
      timers = timers.filter(({ at }) => at > now);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  }
  return {
    player,
    pass,
    told,
    levels,
    progress,
    shown,
    events,
    asked: () => asked,
    sounding: () => decks.filter(({ plays }) => plays).map(({ holds }) => holds?.track),
    log: () => decks.flatMap(({ log }) => log),
    halt: () => heard?.halted(),
    press: (key: string) => keys[key](),
  };
}
