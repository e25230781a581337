/** What chance assigned to the session that is about to begin, by what the phone keeps: so that it is the
 * next one after a reload too, and in another tab. */

import type { Assignment, Plan } from "../listening/plan.ts";
import { nextAssignment } from "../listening/trial.ts";
import { readable } from "../store/history.ts";
import type { Database } from "../store/schema.ts";

/** The next one, with which the session is reported; null where nothing is compared. Asked by the tab that
 * holds the session, after whatever session was lost before it was ended. */
export async function assignmentFor(
  database: Database,
  patient: string,
  plan: Plan,
): Promise<Assignment | null> {
  if (nextAssignment(plan, new Set()) === null) return null;
  const rows = await database.getAll("history");
  const sessions = rows.filter((row) => row.kind === "session" && row.patient === patient);
  const followed = (await readable(sessions)).map(({ body }) => String(body.assignment ?? ""));
  return nextAssignment(plan, new Set(followed));
}
