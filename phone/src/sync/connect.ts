/** Connecting a phone: a code for a token, which is kept before anything else (docs/pairing.md). */

import { pair } from "../api/calls.ts";
import { apiOf } from "../api/client.ts";
import { Problem } from "../api/problems.ts";
import { heldOfOthers, keepDevice } from "../store/device.ts";
import type { Database, Device, PairingRow } from "../store/schema.ts";
import { ifReadable, seal, unseal } from "../store/sealing.ts";
import { lookAtClocks } from "./state.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Connected {
  device: Device;
  /** How many items the phone holds of patients before: they are not sent; ask, then `forgetOthers`. */
  ofOthers: number;
}

/**
 * Exchange a code for a token. Where no answer is heard (NoAnswer), the same code sent again within 15
 * minutes is the same pairing, also after a restart. Throws Problem with the codes of docs/pairing.md.
 */
export async function connect(
  database: Database,
  around: Surroundings,
  server: string,
  code: string,
  label: string,
): Promise<Connected> {
  const key = await keyFor(database, code, label);
  const api = apiOf({ origin: server, token: null, fetch: around.fetch });
  const { body, at } = await pair(api, code, label, key).catch(async (problem) => {
    // A refusal did nothing, so the next try is another request; else the answer may still be had.
    if (problem instanceof Problem && problem.status < 500 && problem.status !== 409) {
      await database.delete("state", "pairing");
    }
    throw problem;
  });
  const device: Device = {
    server,
    token: body.token,
    patientId: body.patient_id,
    patientCode: body.patient_code,
    clinicName: body.clinic_name,
    origin: body.origin,
    ended: false,
  };
  await keepDevice(database, device);
  await lookAtClocks(database, around, at);
  return { device, ofOthers: await heldOfOthers(database, device.patientId) };
}

/** The key of this request, which was kept if it was sent before. */
async function keyFor(database: Database, code: string, label: string): Promise<string> {
  const before = (await database.get("state", "pairing")) as PairingRow | undefined;
  if (before !== undefined) {
    const request = await ifReadable(unseal(before.request));
    if (request?.code === code && request.label === label) return before.key;
  }
  const key = crypto.randomUUID();
  await database.put("state", { request: await seal({ code, label }), key }, "pairing");
  return key;
}
