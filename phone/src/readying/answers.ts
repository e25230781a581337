/** What the server answered of plan and catalogue, read once and kept in memory until it changes: reading
 * and checking them takes too long for a tap. */

import type { Catalogue } from "../listening/catalogue.ts";
import type { Prescription } from "../listening/exclusions.ts";
import type { Plan } from "../listening/plan.ts";
import { judgedTracks, keptAnswer, stampOf } from "../store/answers.ts";
import type { Database } from "../store/schema.ts";

/** Null where it was never heard. */
export interface Answered {
  catalogue: Catalogue | null;
  prescription: Prescription | null;
}

const read = new WeakMap<Database, { stamp: string | undefined; answers: Promise<Answered> }>();

/** As they are now. The same objects, as long as nothing was kept anew. */
export async function answersOf(database: Database): Promise<Answered> {
  const stamp = await stampOf(database);
  const before = read.get(database);
  if (before !== undefined && before.stamp === stamp) return before.answers;
  const answers = reading(database);
  read.set(database, { stamp, answers });
  answers.catch(() => read.delete(database)); // whoever asked hears of it
  return answers;
}

async function reading(database: Database): Promise<Answered> {
  const catalogue = await keptAnswer<Catalogue>(database, "catalogue");
  const plan = await keptAnswer<Plan>(database, "plan");
  const prescription = plan && { plan, judged: await judgedTracks(database) };
  return { catalogue: catalogue ?? null, prescription: prescription ?? null };
}
