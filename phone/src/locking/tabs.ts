/** Tells the other tabs of the app that the lock was changed, or closed by hand. */

import { closeRing, openRing } from "../store/ring.ts";
import type { Database } from "../store/schema.ts";

type Said = "changed" | "closed";

/**
 * Calls `changed` when another tab set, took away or closed the lock; this one is closed by then where it
 * has to be: ask for `lockState`. Ends when what it answers is called. Without this, a tab notices when it
 * seals or reads next.
 */
export function watchLock(database: Database, changed: () => void): () => void {
  const channel = new BroadcastChannel(nameOf(database));
  channel.onmessage = async ({ data }: MessageEvent<Said>) => {
    if (data === "closed") closeRing();
    await openRing(database);
    changed();
  };
  return () => channel.close();
}

export function tellTabs(database: Database, said: Said): void {
  const channel = new BroadcastChannel(nameOf(database));
  channel.postMessage(said);
  channel.close();
}

function nameOf(database: Database): string {
  return `${database.name}-lock`;
}
