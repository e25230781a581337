/** Two ways of listening that are compared in the patient (docs/trials.md). Which one a session follows, the
 * server drew beforehand, and no screen tells. */

import type { Assignment, Plan } from "./plan.ts";

/** The first that no session here has followed yet; null where nothing is compared, or all were. */
export function nextAssignment(plan: Plan, followed: ReadonlySet<string>): Assignment | null {
  // A plan that was kept before this app knew of trials says nothing of them.
  const assignments = plan.trial?.assignments ?? [];
  return assignments.find(({ id }) => !followed.has(id)) ?? null;
}

/** The plan as a session follows it: what the assignment says stands in the place of what the plan says. */
export function planBy(plan: Plan, assignment: Assignment | null): Plan {
  if (assignment === null) return plan;
  const { id: _, ...instead } = assignment;
  return { ...plan, ...instead };
}
