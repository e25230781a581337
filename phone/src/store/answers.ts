/**
 * What the server answered last of what is good until it changes: plan, catalogue and the like. What was
 * kept and is not what it was when it was kept counts as never heard, and is asked for anew.
 */

import type { Api } from "../api/client.ts";
import { sha256 } from "../signing/verify.ts";
import type { AnswerName, Database, KeptAnswer } from "./schema.ts";
import { ifReadable, type Sealed, seal, unseal } from "./sealing.ts";
import { inOne } from "./transactions.ts";

/** How an answer is asked for, and what is made of it. */
export interface Asking {
  /** Behind the address, such as "?language=de". */
  query?: string;
  /** Throws where the body is none to keep; then the kept one stays. */
  check?: (body: unknown) => void;
  /** Ids of the tracks that the phone's catalogue had when it asked: kept beside the plan, at once with it,
   * also where the plan is the same as before (listening/exclusions.ts). */
  judged?: string[];
}

/** Undefined where it was never heard. `Body`: as docs/openapi.yaml describes it. */
export async function keptAnswer<Body>(
  database: Database,
  name: AnswerName,
): Promise<Body | undefined> {
  return (await keptRow(database, name))?.body as Body | undefined;
}

/** For which tracks the kept plan was answered; none where there is no plan. */
export async function judgedTracks(database: Database): Promise<ReadonlySet<string>> {
  const row = await keptRow(database, "judged");
  return new Set(row?.body as string[] | undefined);
}

/** Another one whenever something was kept; undefined where nothing is. */
export async function stampOf(database: Database): Promise<string | undefined> {
  return (await keptRow(database, "stamp"))?.body as string | undefined;
}

/** Keep what another call answered of it. */
export async function keepAnswer(
  database: Database,
  name: AnswerName,
  body: unknown,
): Promise<void> {
  await put(database, [[name, await sealed(body, null)]]);
}

/**
 * Ask for it again, if it is another than the kept one, and keep that. Whether it was. Throws what the
 * call and the check throw, and QuotaExceededError on a full disk; then the kept one stays.
 */
export async function refresh(
  database: Database,
  api: Api,
  name: AnswerName,
  { query = "", check, judged }: Asking = {},
): Promise<boolean> {
  const etag = (await keptRow(database, name))?.etag ?? null;
  const answer = await api.getUnless(`/api/v1/${name}${query}`, etag);
  const rows: Row[] = [];
  if (answer.body !== null) {
    check?.(answer.body);
    rows.push([name, await sealed(answer.body, answer.etag)]);
  }
  if (judged !== undefined) rows.push(["judged", await sealed(judged, null)]);
  if (rows.length > 0) await put(database, rows);
  return answer.body !== null;
}

type Name = AnswerName | "judged" | "stamp";
type Row = [name: Name, row: Sealed<KeptAnswer>];

async function sealed(body: unknown, etag: string | null): Promise<Sealed<KeptAnswer>> {
  return seal({ body, etag, digest: await digestOf(body) });
}

async function put(database: Database, rows: Row[]): Promise<void> {
  const stamp = await sealed(crypto.randomUUID(), null);
  await inOne(database, ["answers"], async ({ store }) => {
    for (const [name, row] of rows) await store.put(row, name);
    await store.put(stamp, "stamp");
  });
}

async function keptRow(database: Database, name: Name): Promise<KeptAnswer | undefined> {
  const row = await database.get("answers", name);
  const kept = (row && (await ifReadable(unseal(row)))) ?? undefined;
  return kept !== undefined && kept.digest === (await digestOf(kept.body)) ? kept : undefined;
}

function digestOf(body: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(body)));
}
