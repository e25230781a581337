/** What becomes of items by what the server said of each, in one transaction (docs/sync.md). */

import type { Outcome } from "../api/calls.ts";
import type { AsideRow, Database, HistoryRow, OutboxRow } from "../store/schema.ts";
import { seal } from "../store/sealing.ts";
import { inOne, type Writing as WritingTo } from "../store/transactions.ts";

type Stores = ["outbox", "aside", "history"];
const STORES: Stores = ["outbox", "aside", "history"];
type Writing = WritingTo<Stores>;

/** What was told of a batch as a whole. */
export interface Told {
  /** How many items the server has now, and the phone holds no more. */
  stored: number;
  /** Whether an item is to be sent again, later. */
  again: boolean;
}

/** The outcomes are not those of what was sent: nobody knows what became of it. */
export function areOutcomesOf(rows: OutboxRow[], outcomes: unknown): outcomes is Outcome[] {
  return (
    Array.isArray(outcomes) &&
    outcomes.length === rows.length &&
    rows.every(({ id, kind }, place) => {
      const outcome = outcomes[place];
      return outcome?.id === id && outcome.kind === kind;
    })
  );
}

/** `outcomes`: one for each of the rows. `storedAt`: when the server
 * stored a row, by its own clock. A row that is gone meanwhile, by another tab, stays gone. */
export async function apply(
  database: Database,
  rows: OutboxRow[],
  outcomes: Outcome[],
  storedAt: (row: HistoryRow, outcome: Outcome) => number,
): Promise<Told> {
  const reasons = await Promise.all(outcomes.map(reasonOf));
  return inOne(database, STORES, async (writing) => {
    const told: Told = { stored: 0, again: false };
    const orphans: number[] = [];
    for (const [place, row] of rows.entries()) {
      const outcome = outcomes[place];
      const outbox = writing.objectStore("outbox");
      if ((await outbox.get(row.place)) === undefined) continue;
      if (outcome.may_delete === true) {
        await outbox.delete(row.place);
        if (outcome.status === "care-ended") continue;
        told.stored += 1;
        await noteStored(writing, row.id, (past) => storedAt(past, outcome));
      } else if (outcome.status === "waiting") {
        orphans.push(place);
      } else if (outcome.status === "conflict" && isSomebodyElses(outcome) && !row.renewed) {
        await renew(writing, row);
      } else if (outcome.status === "conflict" || outcome.status === "refused") {
        await putAside(writing, row.place, reasons[place]);
      } else {
        told.again = true; // `retry`, and words of a newer server: the most careful thing to do
      }
    }
    // Last, when it is known whether their session was set aside in this batch.
    for (const place of orphans) {
      if (await isSessionAside(writing, rows[place].place)) {
        await putAside(writing, rows[place].place, reasons[place]);
      }
    }
    return told;
  });
}

/** Set aside an item that the server does not take even alone, because of its size. */
export async function setAsideAsTooLarge(database: Database, row: OutboxRow): Promise<void> {
  const errors: unknown[] = [];
  const reason = await seal({ status: "refused", code: "too_large", detail: "", errors });
  await inOne(database, STORES, (writing) => putAside(writing, row.place, reason));
}

/** The id is taken by a row that is not this patient's: what happened here is stored nowhere yet, and
 * counts. Another content of this patient's own was stored first, and counts once. */
function isSomebodyElses({ errors }: Outcome): boolean {
  return errors.length === 0;
}

/** So that it is known which ratings a model that comes later has taken in (readying/unlearned.ts). */
async function noteStored(
  writing: Writing,
  id: string,
  at: (row: HistoryRow) => number,
): Promise<void> {
  const past = await writing.objectStore("history").get(id);
  if (past === undefined) return;
  await writing.objectStore("history").put({ ...past, stored: at(past) });
}

/** Give an item another id, and everything that names it. It waits anew, after all others. */
async function renew(writing: Writing, { id, kind }: OutboxRow): Promise<void> {
  const another = crypto.randomUUID();
  const outbox = writing.objectStore("outbox");
  for (const { place, ...row } of await outbox.index("id").getAll(id)) {
    await outbox.delete(place);
    await outbox.add({ ...row, id: another, renewed: true } as OutboxRow);
  }
  const history = writing.objectStore("history");
  const past = await history.get(id);
  if (past !== undefined) {
    await history.delete(id);
    await history.put({ ...past, id: another });
  }
  if (kind !== "session") return;
  const aside = writing.objectStore("aside");
  const session = another;
  for (const row of await outbox.index("session").getAll(id)) await outbox.put({ ...row, session });
  for (const row of await aside.index("session").getAll(id)) await aside.put({ ...row, session });
  for (const row of await history.index("session").getAll(id)) {
    await history.put({ ...row, session });
  }
}

/** Of the session that a row names now, which may have another id since it was sent. */
async function isSessionAside(writing: Writing, place: number): Promise<boolean> {
  const session = (await writing.objectStore("outbox").get(place))?.session;
  if (session === null || session === undefined) return false;
  const rows = await writing.objectStore("aside").index("id").getAll(session);
  return rows.some(({ kind }) => kind === "session");
}

async function putAside(
  writing: Writing,
  place: number,
  reason: AsideRow["reason"],
): Promise<void> {
  const row = await writing.objectStore("outbox").get(place);
  if (row === undefined) return;
  await writing.objectStore("outbox").delete(place);
  await writing.objectStore("aside").put({ ...row, reason });
}

function reasonOf({ status, code, detail, errors }: Outcome): Promise<AsideRow["reason"]> {
  return seal({ status, code, detail, errors: errors as unknown[] });
}
