/**
 * By which clock a time was taken, when the phone's is set while items wait (docs/sync.md).
 *
 * An *era* is a stretch in which, as far as can be told, the clock was not set. Every item names its era,
 * and its times are never changed: it is sent with what the clock of its era would show now, and the
 * server puts it right by that, as it does with any wrong clock. So a repeat is the same item still.
 *
 * A new era begins when the clock moved against the one that is not set (the time since the page was
 * loaded), and with every page. The first is exact backward, but forward it may as well mean that the
 * device slept, as that clock may stand still then. What it was is told by the server's clock, as heard
 * before and after.
 */

/** All in ms. */
export interface Reading {
  /** The clock that people see and set, since 1970. */
  wall: number;
  /** One that nobody sets, on the same scale: performance.timeOrigin + performance.now(). */
  steady: number;
  /** Which load of a page `steady` belongs to; two tabs have two. */
  page: string;
}

export interface Era {
  id: number;
  begun: "moved" | "started";
  /** By how much the clock seemed to be put forward when the era began; for `started` it is at most 0:
   * the clock was put back by so much at least, and what else happened is not known. */
  moved: number;
  /** Server minus phone, as measured last in this era; null where the server was not heard. */
  offset: number | null;
}

export interface ClockRow {
  /** Oldest first, never empty. */
  eras: Era[];
  /** The latest time that the clock showed in the present era. */
  latest: number;
  /** Of each page: how far apart the clocks were when it looked last, and in which era that was. */
  pages: Record<string, { apart: number; era: number }>;
}

const TOLERANCE = 60_000; // ms; the server takes differences of less than two minutes for a slow network
const PAGES = 8; // remembered at most: the oldest has long been closed

/** The state after a look at the clocks; `row` is undefined before the first. */
export function noticed(row: ClockRow | undefined, { wall, steady, page }: Reading): ClockRow {
  const apart = wall - steady;
  if (row === undefined) {
    const first: Era = { id: 0, begun: "started", moved: 0, offset: null };
    return { eras: [first], latest: wall, pages: { [page]: { apart, era: 0 } } };
  }
  const last = row.pages[page];
  let eras = row.eras;
  let { latest } = row;
  if (last === undefined) {
    const moved = wall < latest - TOLERANCE ? wall - latest : 0;
    eras = [...eras, next(eras, "started", moved)];
    latest = wall;
  } else {
    // What another page noticed of the same change is no second one.
    const since = eras.filter(({ id, begun }) => id > last.era && begun === "moved");
    const moved = apart - last.apart - sum(since.map((era) => era.moved));
    if (Math.abs(moved) > TOLERANCE) {
      eras = [...eras, next(eras, "moved", moved)];
      latest = wall;
    }
  }
  const { [page]: _, ...others } = row.pages;
  const pages = Object.entries(others).slice(1 - PAGES);
  return {
    eras,
    latest: Math.max(latest, wall),
    pages: { ...Object.fromEntries(pages), [page]: { apart, era: present({ eras }).id } },
  };
}

/** The state after the server was heard, whose clock showed `at`. `oldest`: the first era that an item
 * which still waits is of; what is known of those before it is no longer needed. */
export function heard(row: ClockRow, reading: Reading, at: number, oldest: number): ClockRow {
  const seen = noticed(row, reading);
  const last = seen.eras.length - 1;
  const all = seen.eras.with(last, { ...seen.eras[last], offset: at - reading.wall });
  const measured = all.findLastIndex(({ id, offset }) => id <= oldest && offset !== null);
  const waiting = all.findIndex(({ id }) => id >= oldest);
  const eras = all.slice(measured >= 0 ? measured : Math.max(waiting, 0));
  // A page that has not looked since would take what it missed for news: to us it is a new one.
  const pages = Object.entries(seen.pages).filter(([, { era }]) => era >= eras[0].id);
  return { ...seen, eras, pages: Object.fromEntries(pages) };
}

export function present({ eras }: Pick<ClockRow, "eras">): Era {
  return eras[eras.length - 1];
}

/** How far the clock of an era is behind the present one, in ms; 0 for one that is not known. */
export function behind(row: ClockRow, era: number): number {
  const offsets = offsetsOf(row.eras);
  const place = row.eras.findIndex(({ id }) => id === era);
  return place < 0 ? 0 : offsets[place] - offsets[offsets.length - 1];
}

/** What the server's clock shows, as far as can be told, where the phone's shows `wall`: what expiry is
 * judged by. The phone's own where the server was never heard. */
export function byServersClock({ eras }: Pick<ClockRow, "eras">, wall: number): number {
  return wall + offsetsOf(eras)[eras.length - 1];
}

/** Whether two moments of sending are the same for the server, which does not correct so little. */
export function isAsGood(behind: number, another: number): boolean {
  return Math.abs(behind - another) <= TOLERANCE;
}

/** Server minus phone of every era: measured, or as the changes between say. Where the server was never
 * heard they are right among each other only. */
function offsetsOf(eras: Era[]): number[] {
  const offsets: number[] = [];
  let later = eras.length; // the place of the next era that was measured, or the end
  for (let place = eras.length - 1; place >= 0; place--) {
    const measured = eras[place].offset;
    if (measured !== null) {
      offsets[place] = measured;
      fill(eras, offsets, place, later);
      later = place;
    }
  }
  fill(eras, offsets, -1, later);
  return offsets;
}

/** Fill in what lies between two measured eras, of which one or both may be missing. */
function fill(eras: Era[], offsets: number[], before: number, after: number): void {
  const isOpen = after === eras.length;
  const total = before < 0 || isOpen ? null : offsets[before] - offsets[after];
  const moves = believed(eras.slice(before + 1, after + 1), total);
  if (isOpen) {
    for (let place = before + 1; place < after; place++) {
      offsets[place] = (offsets[place - 1] ?? 0) - (place > 0 ? moves[place - before - 1] : 0);
    }
  } else {
    for (let place = after - 1; place > before; place--) {
      offsets[place] = offsets[place + 1] + moves[place - before];
    }
  }
}

/**
 * By how much the clock was really put forward at the beginning of each era. `total`: all of it together,
 * null where that is not known: then a clock that moved forward stands for a device that slept, as that
 * is what happens every night.
 */
function believed(eras: Era[], total: number | null): number[] {
  if (total === null) return eras.map(({ moved }) => Math.min(moved, 0));
  const moves = eras.map(({ begun, moved }) => (begun === "moved" ? Math.min(moved, 0) : 0));
  const rest = total - sum(moves);
  if (Math.abs(rest) <= TOLERANCE) return moves;
  const found = eras.length === 1 ? eras[0] : likeliest(eras, rest);
  return moves.map((moved, place) => (eras[place] === found ? moved + rest : moved));
}

/** When the clock was put forward by `rest` (back, if it is negative), apart from what is sure. */
function likeliest(eras: Era[], rest: number): Era | undefined {
  const seen = eras.filter(({ begun }) => begun === "moved");
  const unseen = eras.filter(({ begun }) => begun === "started"); // set while the app was closed
  if (rest > 0) {
    const exact = seen.find(({ moved }) => Math.abs(moved - rest) <= TOLERANCE);
    // Where the device slept as well, it seems to have moved by more; most of that should be explained.
    const more = seen.filter(({ moved }) => moved > rest).sort((a, b) => a.moved - b.moved);
    return exact ?? more.find(({ moved }) => moved < 2 * rest) ?? unseen.at(-1) ?? more[0];
  }
  const isBack = ({ moved }: Era) => moved < 0;
  return unseen.findLast(isBack) ?? seen.findLast(isBack) ?? unseen.at(-1);
}

function next(eras: Era[], begun: Era["begun"], moved: number): Era {
  return { id: present({ eras }).id + 1, begun, moved, offset: null };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
