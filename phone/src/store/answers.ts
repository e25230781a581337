/** What the server answered last of what is good until it changes: plan, catalogue and the like. */

import type { Api } from "../api/client.ts";
import type { AnswerName, Database } from "./schema.ts";
import { seal, unseal } from "./sealing.ts";

/** Undefined where it was never heard. `Body`: as docs/openapi.yaml describes it. */
export async function keptAnswer<Body>(
  database: Database,
  name: AnswerName,
): Promise<Body | undefined> {
  const row = await database.get("answers", name);
  return row && ((await unseal(row)).body as Body);
}

/** Keep what another call answered of it. */
export async function keepAnswer(
  database: Database,
  name: AnswerName,
  body: unknown,
): Promise<void> {
  await database.put("answers", await seal({ body, etag: null }), name);
}

/**
 * Ask for it again, if it is another than the kept one, and keep that. Whether it was. Throws what the
 * call throws, and QuotaExceededError on a full disk; then the kept one stays.
 */
export async function refresh(database: Database, api: Api, name: AnswerName): Promise<boolean> {
  const row = await database.get("answers", name);
  const etag = row ? (await unseal(row)).etag : null;
  const answer = await api.getUnless(`/api/v1/${name}`, etag);
  if (answer.body === null) return false;
  await database.put("answers", await seal({ body: answer.body, etag: answer.etag }), name);
  return true;
}
