/**
 * Tells the server of a model that was refused: once, though the app asks for it again and again.
 *
 * What was told is remembered as long as the same model is in use, or none: once another one was accepted,
 * the same refusal is news. The list is bounded by the reasons that there are and the versions offered
 * meanwhile.
 */

import { writeWithRoom } from "../store/room.ts";
import type { Database } from "../store/schema.ts";
import { inOne } from "../store/transactions.ts";
import { keepReport, type Report } from "../sync/outbox.ts";
import type { Surroundings } from "../sync/surroundings.ts";
import type { Refusal } from "./renewing.ts";

const DIGEST = /^[0-9a-f]{64}$/; // what is offered is not signed, and may be anything

/** A refusal as the server takes it (docs/sync.md). `at`: by the phone's clock, in ms since 1970. */
export function refusalReport({ reason, version, bundle, inUse }: Refusal, at: number): Report {
  return {
    id: crypto.randomUUID(),
    kind: "model-refusal",
    body: {
      refused_at: new Date(at).toISOString(),
      reason,
      version,
      base_sha256: bundle !== null && DIGEST.test(bundle) ? bundle : null,
      in_use: inUse,
    },
  };
}

/**
 * Keep the report of a refusal, unless the same one was told already; whether it was kept. A crash between
 * the two may tell it twice, which the clinic sees as one. Throws FullDisk.
 */
export async function reportRefusal(
  database: Database,
  around: Surroundings,
  patient: string,
  refusal: Refusal,
): Promise<boolean> {
  const { reason, version, bundle, inUse } = refusal;
  const told = await toldOf(database, patient, inUse);
  const what = [reason, version, bundle].join(" ");
  if (told.includes(what)) return false;
  await keepReport(database, around, patient, refusalReport(refusal, around.clock().wall));
  const row = { patient, inUse, told: [...told, what] };
  const write = () => inOne(database, ["state"], ({ store }) => store.put(row, "refusals"));
  await writeWithRoom(database, write, around.more);
  return true;
}

/** What was told already while this model was in use. */
async function toldOf(
  database: Database,
  patient: string,
  inUse: number | null,
): Promise<string[]> {
  const row = await database.get("state", "refusals");
  if (row === undefined || !("told" in row)) return [];
  return row.patient === patient && row.inUse === inUse ? row.told : [];
}
