/** When a page in the background locks itself, and that it never does under music. */

import { beforeEach, expect, test, vi } from "vitest";
import { staying } from "../../src/locking/staying.ts";
import { NOON } from "../surroundings.ts";

const MINUTE = 60_000;
let [now, minutes, isPlaying] = [NOON, 5, false];
let timers: { at: number; then: () => void }[] = [];
const lock = vi.fn();

beforeEach(() => {
  [now, minutes, isPlaying, timers] = [NOON, 5, false, []];
  lock.mockClear();
});

function page() {
  return staying({
    minutes: () => minutes,
    isPlaying: () => isPlaying,
    lock,
    now: () => now,
    later(ms, then) {
      const timer = { at: now + ms, then };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  });
}

/** `asleep`: timers stand still. */
function pass(ms: number, { asleep = false } = {}): void {
  now += ms;
  const due = asleep ? [] : timers.filter(({ at }) => at <= now);
  timers = timers.filter((timer) => !due.includes(timer));
  for (const { then } of due) then();
}

test.each([1, 5, 15])("after %i minutes in the background, and not before", (chosen) => {
  minutes = chosen;
  const stay = page();
  stay.left();
  pass(chosen * MINUTE - 1);
  expect(lock).not.toHaveBeenCalled();
  pass(1);
  expect(lock).toHaveBeenCalledOnce();
});

test("at once, where that was chosen", () => {
  minutes = 0;
  page().left();
  expect(lock).toHaveBeenCalledOnce();
});

test("on the way back, where the phone slept", () => {
  const stay = page();
  stay.left();
  pass(5 * MINUTE, { asleep: true });
  expect(lock).not.toHaveBeenCalled();
  stay.returned();
  expect(lock).toHaveBeenCalledOnce();
});

test("who comes back in time finds it open, and the next stay is counted anew", () => {
  const stay = page();
  stay.left();
  pass(4 * MINUTE);
  stay.returned();
  pass(60 * MINUTE);
  stay.left();
  pass(4 * MINUTE);
  stay.returned();
  expect(lock).not.toHaveBeenCalled();
  expect(timers).toEqual([]);
});

test("never while music plays; the stay begins when it ends", () => {
  isPlaying = true;
  const stay = page();
  stay.left();
  pass(60 * MINUTE);
  stay.returned();
  stay.left();
  pass(60 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  isPlaying = false;
  stay.played();
  pass(5 * MINUTE - 1);
  expect(lock).not.toHaveBeenCalled();
  pass(1);
  expect(lock).toHaveBeenCalledOnce();
});

test("music that begins in the background keeps it open", () => {
  const stay = page();
  stay.left();
  pass(MINUTE);
  isPlaying = true;
  pass(60 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
});

test("a clock that was set back meanwhile locks: nobody knows how long it was", () => {
  const stay = page();
  stay.left();
  now -= 60 * MINUTE;
  stay.returned();
  expect(lock).toHaveBeenCalledOnce();
});
