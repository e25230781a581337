/** Writing several things at once: all of them are kept, or none. */

import type { IDBPTransaction, StoreNames } from "idb";
import type { Database, Schema } from "./schema.ts";

export type Names = readonly StoreNames<Schema>[];
export type Writing<Stores extends Names> = IDBPTransaction<Schema, Stores, "readwrite">;

/**
 * What `work` comes to, once all that it wrote is kept. Where it throws, nothing of it is. It must wait for
 * nothing but the transaction: seal before, and unseal after. Throws QuotaExceededError on a full disk.
 */
export async function inOne<Stores extends StoreNames<Schema>[], Value>(
  database: Database,
  stores: [...Stores],
  work: (writing: Writing<Stores>) => Promise<Value>,
): Promise<Value> {
  const writing = database.transaction(stores, "readwrite") as Writing<Stores>;
  const done = writing.done.then(
    () => null,
    (problem: unknown) => problem ?? new Error("The transaction was aborted."),
  );
  try {
    const value = await work(writing);
    const problem = await done;
    if (problem !== null) throw problem;
    return value;
  } catch (problem) {
    try {
      writing.abort();
    } catch {
      // It ended by itself, and says why.
    }
    await done;
    throw writing.error ?? problem;
  }
}
