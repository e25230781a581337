/** Checks the kept model as an arriving one is checked, before it is used. */

import { type Bundle, openBundle } from "../model/bundle.ts";
import {
  checkContent,
  checkManifest,
  type PatientRecord,
  readBaseStatement,
  readRecord,
} from "../signing/accept.ts";
import { type Bytes, hex } from "../signing/cbor.ts";
import { demand, type Reason } from "../signing/verify.ts";
import { trustedKeys } from "../store/device.ts";
import { keptBundle, type Model } from "../store/model.ts";
import type { Database } from "../store/schema.ts";

// What they say is wrong with what was kept cannot have been so when it was kept.
const DAMAGES: readonly Reason[] = [
  "malformed",
  "wrong-signature",
  "wrong-purpose",
  "wrong-size",
  "wrong-content",
  "other-base",
];

export interface Checked {
  record: PatientRecord;
  archive: Bytes;
  bundle: Bundle;
}

/** The kept model, after every check that an arriving one goes through (docs/clients/README.md). `now`: in
 * seconds since 1970. Throws Refused and BadBundle. */
export async function checkedAgain(
  database: Database,
  { version, record: message, statement, bundle: digest }: Model,
  patient: string,
  now: number,
): Promise<Checked> {
  const keys = await trustedKeys(database);
  const record = await readRecord(message, { patient, last: { version, message } }, keys, now);
  demand(record.version === version, "malformed");
  const named = await readBaseStatement(statement, record, "onnx", keys, now);
  const archive = await keptBundle(database, digest);
  demand(archive !== undefined, "wrong-content");
  demand(hex(named.sha256) === digest, "other-base");
  await checkContent(archive, named);
  const bundle = openBundle(archive);
  checkManifest(bundle.manifest, record);
  return { record, archive, bundle };
}

/** Whether it says that something is not any more what was kept. */
export function isDamage(reason: Reason): boolean {
  return DAMAGES.includes(reason);
}
