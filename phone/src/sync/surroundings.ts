/** What handing over needs of the browser; tests and scripts bring their own. */

import type { MoreRoom } from "../store/room.ts";
import type { Reading } from "./clock.ts";

export interface Surroundings {
  clock(): Reading;
  /** 0..1. */
  random(): number;
  /** Runs `work` while no other tab of this app does; null where one is at it. */
  alone<Value>(name: string, work: () => Promise<Value>): Promise<Value | null>;
  fetch: typeof fetch;
  more: MoreRoom;
  /** The app's version, in whatever form: what it is compared with is itself. */
  app: string;
}

/** Those of a page, or of a worker. */
export function surroundings(app: string, more: MoreRoom): Surroundings {
  const page = crypto.randomUUID();
  return {
    clock: () => ({
      wall: Date.now(),
      steady: performance.timeOrigin + performance.now(),
      page,
    }),
    random: Math.random,
    alone: <Value>(name: string, work: () => Promise<Value>) =>
      navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
        lock === null ? null : work(),
      ) as Promise<Value | null>,
    fetch: (...given) => fetch(...given),
    more,
    app,
  };
}
