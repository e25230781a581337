/** A copy of what the phone keeps of its patient, for them to read, keep and pass on. */

import { keptAnswer } from "../store/answers.ts";
import { keptDevice } from "../store/device.ts";
import { history } from "../store/history.ts";
import type { Database } from "../store/schema.ts";
import { setAside } from "../sync/outbox.ts";

export interface Copy {
  format: "attune-phone-copy";
  version: 1;
  made_at: string;
  clinic: string;
  patient: string;
  /** Others than `care` are not people in care. */
  origin: string;
  plan: unknown;
  consents: unknown;
  /** What was rated, heard and answered, oldest first, as it is told to the server. */
  happened: unknown[];
  /** What the server did not take, with its reason. */
  not_taken: unknown[];
}

/** Without the token: who has a copy cannot speak for the patient. */
export async function exported(database: Database): Promise<Copy> {
  const device = await keptDevice(database);
  const past = device === undefined ? [] : await history(database, device.patientId);
  return {
    format: "attune-phone-copy",
    version: 1,
    made_at: new Date().toISOString(),
    clinic: device?.clinicName ?? "",
    patient: device?.patientCode ?? "",
    origin: device?.origin ?? "",
    plan: (await keptAnswer(database, "plan")) ?? null,
    consents: (await keptAnswer(database, "consents")) ?? null,
    happened: past.map(({ at: _, body, ...rest }) => ({ ...rest, ...body })),
    not_taken: (await setAside(database)).map(({ place: _, body, reason, ...rest }) => ({
      ...rest,
      ...body,
      reason,
    })),
  };
}
