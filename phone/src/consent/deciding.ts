/**
 * What the patient decides: kept first, acted on here at once, and sent before anything else
 * (docs/consent.md). A no needs no network to count.
 */

import type { Api } from "../api/client.ts";
import { Problem } from "../api/problems.ts";
import { keepAnswer, keptAnswer, refresh } from "../store/answers.ts";
import { endCare } from "../store/device.ts";
import { writeWithRoom } from "../store/room.ts";
import type { Database, Decision, DecisionRow, Scope } from "../store/schema.ts";
import { seal, unseal } from "../store/sealing.ts";
import { inOne } from "../store/transactions.ts";
import { toldOfTheEnd } from "../sync/state.ts";
import type { Surroundings } from "../sync/surroundings.ts";

/** What the patient read before they decided. */
export interface Text {
  version: string;
  language: string;
}

/** What GET /api/v1/consents answers of each scope, as far as this app reads it. */
export interface Standing {
  scope: Scope;
  /** Null where it was never asked. */
  given: boolean | null;
}

/** Keep a decision; a no to care has plan, model and what was not sent deleted here at once. An earlier
 * decision of the scope that was not sent yet, or was refused, is no longer worth sending. */
export async function decide(
  database: Database,
  around: Surroundings,
  patient: string,
  scope: Scope,
  given: boolean,
  { version, language }: Text,
): Promise<void> {
  const id = crypto.randomUUID();
  const at = around.clock().wall;
  const decided_at = new Date(at).toISOString();
  const body = await seal({ id, scope, given, text_version: version, language, decided_at });
  const row: DecisionRow = { id, patient, scope, given, at, refused: false, body };
  const write = () =>
    inOne(database, ["decisions"], async ({ store }) => {
      for (const before of await store.getAll()) {
        // A no that is followed by a yes is sent all the same: the clinic is to know both.
        const isOver = before.refused || before.given || !given;
        if (before.patient === patient && before.scope === scope && isOver) {
          await store.delete(before.id);
        }
      }
      await store.put(row);
    });
  await writeWithRoom(database, write, around.more);
  if (scope !== "care") return;
  if (given) await toldOfTheEnd(database, around);
  else await endCare(database);
}

/** What stands here and now: the server's last word, and over it what was decided since. */
export async function standingHere(
  database: Database,
  patient: string,
): Promise<Map<Scope, boolean | null>> {
  const kept = await keptAnswer<{ consents: Standing[] }>(database, "consents");
  const standing = new Map(kept?.consents.map(({ scope, given }) => [scope, given]));
  for (const { scope, given } of await waiting(database, patient)) standing.set(scope, given);
  return standing;
}

/** Scopes that must be asked again: there is no such text as the one that was read. */
export async function toAskAgain(database: Database, patient: string): Promise<Scope[]> {
  const rows = await database.getAll("decisions");
  return rows.filter((row) => row.refused && row.patient === patient).map(({ scope }) => scope);
}

/**
 * Send what was decided: every no, then every yes, each in the order in which it was said. Throws as calls
 * do; what was answered until then is done.
 */
export async function sendDecisions(
  database: Database,
  around: Surroundings,
  api: Api,
  patient: string,
): Promise<void> {
  const rows = await waiting(database, patient);
  for (const row of [...rows.filter(({ given }) => !given), ...rows.filter(({ given }) => given)]) {
    await sendOne(database, around, api, row);
  }
}

async function sendOne(
  database: Database,
  around: Surroundings,
  api: Api,
  row: DecisionRow,
): Promise<void> {
  try {
    const { body } = await api.post("/api/v1/consents", await unseal(row.body));
    await keepAnswer(database, "consents", body);
    await database.delete("decisions", row.id);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 400) {
      await writeWithRoom(database, () => setRefused(database, row), around.more);
    } else if (problem.code === "consent_overtaken") {
      await database.delete("decisions", row.id);
      await refresh(database, api, "consents"); // a no was said after this yes: show what stands
    } else if (problem.code === "conflict") {
      await writeWithRoom(database, () => underNewId(database, row), around.more);
    } else throw problem;
  }
}

/** Of this patient, what is not sent yet, in the order in which it was said. */
async function waiting(database: Database, patient: string): Promise<DecisionRow[]> {
  const rows = await database.getAll("decisions");
  return rows
    .filter((row) => row.patient === patient && !row.refused)
    .sort((one, other) => one.at - other.at);
}

async function setRefused(database: Database, row: DecisionRow): Promise<void> {
  await database.put("decisions", { ...row, refused: true });
}

/** The id is somebody else's: the decision is sent under another the next time. */
async function underNewId(database: Database, row: DecisionRow): Promise<void> {
  const id = crypto.randomUUID();
  const decision: Decision = { ...(await unseal(row.body)), id };
  const body = await seal(decision);
  await inOne(database, ["decisions"], async ({ store }) => {
    await store.delete(row.id);
    await store.put({ ...row, id, body });
  });
}
