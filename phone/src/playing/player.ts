/** A session's player: taps and keys, pauses, the silence at the end, the sleep timer, and how it ends. */

import { gainOf, within } from "./ceiling.ts";
import type { LockScreen } from "./mediaSession.ts";
import { type Sequence, sequenceOn } from "./sequence.ts";
import { sleepTimerOf } from "./sleeping.ts";
import { BROWSER, type Deck, type Outlet, type Surroundings } from "./surroundings.ts";
import type { End, Player, PlayerEvents, PlayerOptions, Sound, Standing } from "./types.ts";

const STOP = 1.5; // s
const PAUSE = 0.2; // s
const TICK = 0.25; // s

/** What there is from `begin` on. */
interface Running {
  outlet: Outlet;
  sequence: Sequence;
  screen: LockScreen;
  sleepIn: (seconds: number | null) => void;
}

/** A player that waits for `begin`. `around`: the browser's own if left out. */
export function startPlayer(
  options: PlayerOptions,
  events: PlayerEvents,
  around: Surroundings = BROWSER,
): Player {
  const { plan } = options;
  let standing: Standing = "ready";
  let running: Running | undefined;
  let volume = within(plan.volume_ceiling, 100);
  let sleep: number | null = null; // set before `begin`, in seconds
  let told = -Infinity; // when progress was
  let silent: Promise<void> | undefined;
  let callOffTick = () => {};
  let callOff = () => {}; // a pause's last part, or the silence at the end

  function start(): Running {
    const heard = {
      moved: (deck: Deck) => {
        sequence.moved(deck);
        tick();
      },
      ended: (deck: Deck) => sequence.ended(deck),
      broken: (deck: Deck) => sequence.broken(deck),
      halted,
    };
    const outlet = around.open(gainOf(volume), heard);
    const screen = around.lockScreen({ play: resume, pause, nexttrack: skip, stop });
    const began = ({ track, title, artist }: Sound) => {
      screen.show(title, artist);
      events.began(track);
    };
    const stage = { decks: outlet.decks, isOpen: () => standing === "playing", began, drained };
    const sequence = sequenceOn(stage, options, events, around.after);
    return { outlet, sequence, screen, sleepIn: sleepTimerOf(around.after, outlet.dusk, asleep) };
  }

  function stand(now: Standing): void {
    standing = now;
    const isShown = now === "playing" || now === "paused";
    running?.screen.stand(isShown ? now : "none");
    events.changed(now);
  }

  /** Looks after what time brings, a few times a second and when something is due. */
  function tick(): void {
    callOffTick();
    if (running === undefined || standing !== "playing") return;
    tell(running);
    running.sequence.settle();
    const due = running.sequence.due();
    callOffTick = around.after(due > 0 ? Math.min(due, TICK) : TICK, tick);
  }

  function tell({ sequence, screen }: Running): void {
    const playing = sequence.playing();
    const now = around.now();
    if (!playing?.began || now - told < TICK) return;
    told = now;
    const { position, duration } = playing.deck;
    screen.place(position, duration);
    events.progress(position, duration);
  }

  function pause(): void {
    if (running === undefined || standing !== "playing") return;
    const { outlet, sequence } = running;
    outlet.hush(0, PAUSE);
    callOff = around.after(PAUSE, sequence.pause);
    stand("paused");
  }

  function resume(): void {
    if (running === undefined || standing !== "paused") return;
    callOff();
    running.outlet.wake();
    running.outlet.hush(1, PAUSE);
    stand("playing");
    running.sequence.resume();
    tick();
  }

  /** By the system: what still sounds does so against its will. */
  function halted(): void {
    if (running === undefined || standing !== "playing") return;
    running.outlet.hush(0, 0);
    running.sequence.pause();
    stand("paused");
    events.interrupted();
  }

  function skip(): void {
    if (!running?.sequence.playing()?.began) return;
    const wasPaused = standing === "paused";
    if (!wasPaused && standing !== "playing") return;
    running.sequence.skip();
    if (wasPaused) resume();
  }

  function drained(): void {
    if (running === undefined) return;
    running.sleepIn(null);
    callOff = around.after(plan.silence_at_end, () => finish("drained"));
    stand("silence");
  }

  function stop(): Promise<void> {
    if (silent === undefined) {
      let resolve = () => {};
      silent = new Promise((done) => {
        resolve = done;
      });
      fallSilent(resolve);
    }
    return silent;
  }

  function fallSilent(resolve: () => void): void {
    const was = standing;
    const seconds = was === "playing" ? Math.min(STOP, plan.fade_out) : 0;
    running?.outlet.hush(0, seconds);
    stand("stopping");
    running?.sequence.tellStopped();
    const end = () => {
      finish(was === "silence" ? "drained" : "stopped");
      resolve();
    };
    if (seconds > 0) around.after(seconds, end);
    else end();
  }

  function asleep(): void {
    if (standing === "stopping") return;
    running?.sequence.tellStopped();
    finish("asleep");
  }

  function finish(how: End): void {
    if (standing === "over") return;
    callOff();
    callOffTick();
    running?.sleepIn(null);
    running?.sequence.clear();
    running?.outlet.close();
    running?.screen.leave();
    stand("over");
    running = undefined;
    events.ended(how);
  }

  return {
    begin: () => {
      if (standing !== "ready") return;
      running = start();
      running.sleepIn(sleep);
      stand("playing");
      tick();
    },
    pause,
    resume,
    skip,
    stop,
    nextChanged: () => running?.sequence.nextChanged(),
    setVolume: (percent) => {
      volume = within(plan.volume_ceiling, percent);
      running?.outlet.setGain(gainOf(volume));
      return volume;
    },
    sleepTimer: (minutes) => {
      sleep = minutes === null ? null : minutes * 60;
      if (standing === "playing" || standing === "paused") running?.sleepIn(sleep);
    },
    get standing() {
      return standing;
    },
    elapsed: () => running?.sequence.playing()?.deck.position ?? null,
    remaining: () => {
      const deck = running?.sequence.playing()?.deck;
      return deck === undefined ? null : deck.duration - deck.position;
    },
  };
}
