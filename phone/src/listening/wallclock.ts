/**
 * The clock on the patient's wall, by Intl: Temporal is not in every browser yet. Instants are
 * milliseconds since 1970 in UTC; days are counted from 1 January 1970 on the wall's calendar. An
 * unknown zone throws RangeError.
 */

const DAY = 86_400_000;
const MINUTE = 60_000;
const FIELDS = { year: "numeric", month: "numeric", day: "numeric" } as const;
const TIMES = { hour: "numeric", minute: "numeric", second: "numeric" } as const;
const formats = new Map<string, Intl.DateTimeFormat>(); // making one takes longer than using it

/** On which day an instant falls. */
export function dayOf(instant: number, zone: string): number {
  return Math.floor((instant + offsetAt(instant, zone)) / DAY);
}

/** 1 Monday .. 7 Sunday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1; // day 0 was a Thursday
}

/** The instant of a time on that day's wall, in minutes after midnight. A time that a change of
 * clocks skips comes as late as the change, and one that comes twice is the first (RFC 5545,
 * 3.3.5). */
export function instantOf(day: number, minutes: number, zone: string): number {
  const wall = day * DAY + minutes * MINUTE;
  const before = wall - offsetAt(wall - DAY, zone);
  const after = wall - offsetAt(wall + DAY, zone);
  const isOnWall = (instant: number) => instant + offsetAt(instant, zone) === wall;
  return isOnWall(before) || !isOnWall(after) ? before : after;
}

/** How far the wall's clock is ahead of UTC, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  const second = Math.floor(instant / 1000) * 1000;
  const parts = formatOf(zone).formatToParts(second);
  const [year, month, day, hour, minute, seconds] = [...Object.keys(FIELDS), ...Object.keys(TIMES)]
    .map((name) => parts.find(({ type }) => type === name)?.value)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const options = { ...FIELDS, ...TIMES, hourCycle: "h23", timeZone: zone } as const;
  const made = new Intl.DateTimeFormat("en-US", { ...options, calendar: "gregory" });
  formats.set(zone, made);
  return made;
}
