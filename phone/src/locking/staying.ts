/** When a page that stays in the background locks itself. */

/** Minutes to choose from; 0: at once. */
export const STAYS = [0, 1, 5, 15] as const;
export const USUAL_STAY = 5;

const MINUTE = 60_000; // ms

export interface Page {
  /** The chosen one, as `setting(database, "lockAfter")` has it, or USUAL_STAY. */
  minutes: () => number;
  /** A session is being listened to: music and its Stop are not taken from anybody. */
  isPlaying: () => boolean;
  /** `lockHere` (lock.ts). */
  lock: () => void;
  /** ms since 1970. */
  now: () => number;
  /** Calls `then` in so many ms, unless what it answers is called before. */
  later: (ms: number, then: () => void) => () => void;
}

export interface Staying {
  /** The page went into the background, or the screen off. */
  left(): void;
  /** It is to be seen again. Locks first, if it is time: timers stand still in many a background. */
  returned(): void;
  /** A session ended; in the background the stay begins with that. */
  played(): void;
}

/** Call what it answers when the page is left and returned to (`visibilitychange`) and a session ended. */
export function staying({ minutes, isPlaying, lock, now, later }: Page): Staying {
  let since: number | null = null;
  let cancel = () => {};

  function look(): void {
    cancel();
    if (since === null || isPlaying()) return;
    const stay = minutes() * MINUTE;
    const rest = since + stay - now();
    const isSetBack = rest > stay; // nobody knows for how long it was away
    if (rest <= 0 || isSetBack) lock();
    else cancel = later(rest, look);
  }

  return {
    left() {
      since = now();
      look();
    },
    returned() {
      look();
      cancel();
      since = null;
    },
    played() {
      if (since !== null) since = now();
      look();
    },
  };
}
