/** Forget this phone: from the settings, and the only way on for who forgot their PIN. */

import { deleteDB } from "idb";
import { closeRing } from "../store/ring.ts";
import type { Database } from "../store/schema.ts";
import { counts } from "../sync/outbox.ts";
import { tellTabs } from "./tabs.ts";

/** What is nowhere but on this phone. */
export interface Unsent {
  /** Ratings, sessions and the like that wait, or that the server did not take yet. */
  items: number;
  /** Decisions about consent. */
  decisions: number;
}

/** To be said before anything is forgotten. Also while the lock is closed: it is counted, not read. */
export async function unsent(database: Database): Promise<Unsent> {
  const { waiting, aside } = await counts(database);
  const decisions = (await database.getAll("decisions")).filter(({ refused }) => !refused);
  return { items: waiting + aside, decisions: decisions.length };
}

/**
 * Delete everything that the app keeps on this phone, also what was not sent. Only after asking. The other
 * tabs are told that they were overtaken (`openStore`), as this one has to be loaded anew. The server is not
 * told, and a passkey stays with the system, where it opens nothing.
 */
export async function forgetPhone(
  database: Database,
  caches: Pick<CacheStorage, "keys" | "delete"> = globalThis.caches,
): Promise<void> {
  tellTabs(database, "closed");
  closeRing();
  database.close();
  await deleteDB(database.name);
  for (const name of await caches.keys()) await caches.delete(name);
}
