/** The calls that this app makes so far, with what they take and answer (docs/openapi.yaml). */

import type { Answer, Api } from "./client.ts";
import type { Fault } from "./problems.ts";

/** Answered once to a code: the token is told here and never again. */
export interface Pairing {
  token: string;
  patient_id: string;
  patient_code: string;
  clinic_name: string;
  origin: "care" | "simulated" | "research";
}

export type Me = Omit<Pairing, "token">;

/** What became of one item; a newer server may know other words than these (docs/sync.md). */
export interface Outcome {
  id: string | null;
  kind: string | null;
  status:
    | "stored"
    | "already-stored"
    | "waiting"
    | "refused"
    | "conflict"
    | "care-ended"
    | "retry"
    | (string & {});
  may_delete: boolean;
  code: string;
  detail: string;
  errors: Fault[];
}

export interface Synced {
  received_at: string;
  clock_offset: number | null;
  items: Outcome[];
}

/** `code`: as typed, or the fragment of the QR code's address. */
export function pair(api: Api, code: string, label: string, key: string): Promise<Answer<Pairing>> {
  return api.post("/api/v1/pairings", { code, label }, key);
}

/** Whose phone this is; also the cheapest way to hear the server's clock. */
export function me(api: Api): Promise<Answer<Me>> {
  return api.get("/api/v1/me");
}

/** `sentAt`: what the clock that the items' times are from shows now. `items`: as JSON. */
export function sync(api: Api, sentAt: string, items: unknown[]): Promise<Answer<Synced>> {
  return api.post("/api/v1/sync", { sent_at: sentAt, items });
}
