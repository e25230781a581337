import { expect, test } from "vitest";
import { behind, type ClockRow, heard, noticed, present, type Reading } from "../src/sync/clock.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NEVER = Number.POSITIVE_INFINITY;

/** A phone in a made-up world, in which it is known what time it is. */
class World {
  now = 0;
  wrong = 0; // wall clock − now
  asleep = 0; // for how long the steady clock stood still
  page = 0;
  row: ClockRow | undefined;

  get reading(): Reading {
    const wall = 1_000 * DAY + this.now + this.wrong;
    return { wall, steady: wall - this.wrong - this.asleep + this.skew, page: String(this.page) };
  }
  private skew = 0; // a page's steady clock begins at what the wall clock shows

  look(): ClockRow {
    this.row = noticed(this.row, this.reading);
    return this.row;
  }
  open(): void {
    this.page += 1;
    this.skew = this.wrong + this.asleep;
    this.look();
  }
  hear(oldest = 0): void {
    this.row = heard(this.look(), this.reading, 1_000 * DAY + this.now, oldest);
  }
  sleep(ms: number): void {
    this.now += ms;
    this.asleep += ms;
    this.look();
  }
  set(by: number): void {
    this.wrong += by;
  }
  /** An item, and by how much a server that is told the clock of its era would be wrong about it. */
  item(): () => number {
    const era = present(this.look()).id;
    const [said, truth] = [this.reading.wall, 1_000 * DAY + this.now];
    return () => {
      const row = this.look();
      const sentAt = this.reading.wall - behind(row, era);
      return said + (1_000 * DAY + this.now - sentAt) - truth;
    };
  }
}

function world(): World {
  const made = new World();
  made.open();
  made.hear();
  made.now += HOUR;
  return made;
}

test.each([
  ["forward", 9 * DAY],
  ["back", -9 * DAY],
  ["forward by little", 5 * MINUTE],
])("a clock that is put %s while items wait is put right for those before and after", (_, by) => {
  const phone = world();
  const before = phone.item();
  phone.now += HOUR;
  phone.set(by);
  const after = phone.item();
  phone.now += HOUR;
  phone.hear();
  expect(before()).toBe(0);
  expect(after()).toBe(0);
});

test("a device that slept had no other clock", () => {
  const phone = world();
  const items = [phone.item()];
  for (let night = 0; night < 30; night++) {
    phone.sleep(8 * HOUR);
    items.push(phone.item());
    phone.open();
    phone.now += HOUR;
  }
  expect(items.map((wrong) => wrong())).toEqual(items.map(() => 0));
  phone.hear();
  expect(items.map((wrong) => wrong())).toEqual(items.map(() => 0));
});

test("between two nights, the move that explains the server's clock is the one that was a setting", () => {
  const phone = world();
  phone.sleep(8 * HOUR);
  const before = phone.item();
  phone.set(3 * DAY);
  const after = phone.item();
  phone.sleep(7 * HOUR);
  const last = phone.item();
  phone.hear();
  expect([before(), after(), last()]).toEqual([0, 0, 0]);
});

test("a clock that was put back while the app was closed is found by its own past", () => {
  const phone = world();
  const before = phone.item();
  phone.now += HOUR;
  phone.set(-5 * DAY);
  phone.open();
  const after = phone.item();
  phone.now += DAY;
  phone.open();
  phone.hear();
  expect([before(), after()]).toEqual([0, 0]);
});

test("a clock that was put forward while the app was closed is found by the server's", () => {
  const phone = world();
  const before = phone.item();
  phone.set(5 * DAY);
  phone.open();
  const after = phone.item();
  phone.hear();
  expect([before(), after()]).toEqual([0, 0]);
});

test.each([
  ["forward", 3 * DAY],
  ["back", -3 * DAY],
])("a clock that was put %s before the device slept is put right too", (_, by) => {
  const phone = world();
  const before = phone.item();
  phone.sleep(HOUR);
  phone.set(by);
  phone.sleep(8 * HOUR);
  const after = phone.item();
  phone.sleep(HOUR);
  phone.hear();
  expect([before(), after()]).toEqual([0, 0]);
});

test("a move that a night cannot explain was a setting, though pages were opened and closed", () => {
  const phone = world();
  phone.open();
  const before = phone.item();
  phone.set(9 * DAY);
  phone.sleep(8 * HOUR);
  const after = phone.item();
  phone.open();
  phone.hear();
  expect([before(), after()]).toEqual([0, 0]);
});

test("what two pages see of one change is one change", () => {
  const phone = world();
  const before = phone.item();
  phone.page = 100; // a second tab, of the same age
  phone.look();
  phone.set(-2 * DAY);
  phone.look();
  phone.page = 1;
  phone.look();
  expect(phone.row?.eras.filter(({ begun }) => begun === "moved")).toHaveLength(1);
  phone.hear();
  expect(before()).toBe(0);
});

test("before the server was ever heard, a clock that was put back is known all the same", () => {
  const phone = new World();
  phone.open();
  const before = phone.item();
  phone.set(-2 * DAY);
  phone.look();
  expect(before()).toBe(0);
  phone.hear();
  expect(before()).toBe(0);
});

test("what is over is forgotten: nothing waits, nothing is kept but the present", () => {
  const phone = world();
  for (let day = 0; day < 50; day++) {
    phone.sleep(HOUR);
    phone.open();
    phone.hear(NEVER);
  }
  expect(phone.row?.eras).toHaveLength(1);
  expect(Object.keys(phone.row?.pages ?? {})).toHaveLength(1);
});

test("one change between two times that the server was heard is found, whatever else happened", () => {
  let state = 7;
  const chance = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  for (let run = 0; run < 300; run++) {
    const phone = world();
    const items: (() => number)[] = [];
    const when = Math.floor(chance() * 10);
    const by = (chance() < 0.5 ? -1 : 1) * (MINUTE * 3 + chance() * 20 * DAY);
    for (let step = 0; step < 10; step++) {
      phone.now += MINUTE * (1 + 600 * chance());
      if (step === when) {
        phone.set(by);
        phone.look(); // before the device sleeps
      }
      if (chance() < 0.3) phone.sleep(HOUR * (1 + chance()));
      items.push(phone.item());
      if (chance() < 0.3) phone.open();
    }
    phone.hear();
    for (const [place, wrong] of items.entries()) {
      expect(Math.abs(wrong()), `run ${run}, item ${place}`).toBeLessThanOrEqual(2 * MINUTE);
    }
  }
});
