/**
 * The one object through which screens reach the patient's model: it opens the kept one, checked again from
 * signature to expiry, and has it know every rating at once.
 *
 * A session takes the model and gives it back; when a newer one comes meanwhile, the session goes on with its
 * own, and the next takes the newer. Both know every rating.
 *
 * A model whose time is over is not used, also where no network is there to get another: what it expects may
 * no longer be so, and nobody could take it back. Then, as before the first model, the patient can choose
 * pieces that the plan allows (readying/session.ts, `toChooseFrom`), rate, and breathe along; what is rated
 * is kept, and counts in the next model. A model that is not any more what was kept is deleted, so that
 * the next `makeReady` fetches it anew.
 */

import { ratingsOf } from "../listening/adapting.ts";
import { type Basis, basisOf } from "../listening/words.ts";
import { reasonOf } from "../model/bundle.ts";
import { type OpenModel, openModel } from "../model/open.ts";
import type { ModelThread } from "../model/serving.ts";
import type { PatientRecord } from "../signing/accept.ts";
import { type Reason, sha256 } from "../signing/verify.ts";
import { keptDevice } from "../store/device.ts";
import { forgetModel, keepVector, keptModel, type Model } from "../store/model.ts";
import type { Database } from "../store/schema.ts";
import { answersOf } from "./answers.ts";
import { checkedAgain, isDamage } from "./kept.ts";
import { unlearnedRows, unlearnedRowsOf } from "./unlearned.ts";

/** A model that may be used now. */
export interface InUse {
  model: OpenModel;
  version: number;
  /** SHA-256 of the record's message, in hexadecimal: what the log of a playlist names. */
  sha256: string;
  /** A therapist holds it where it does not. */
  learns: boolean;
  /** In ms since 1970, by the server's clock. */
  expires: number;
}

/** `none`: the server has made none yet, or the phone has not heard of it. */
export type Standing =
  | { state: "none" }
  | { state: "refused"; reason: Reason }
  | { state: "ready"; inUse: InUse };

export interface ModelBasis {
  /** That the model knows: those of the record, and those that this phone took in since. */
  ratedTracks: number;
  answers: Basis[];
}

export interface PatientModel {
  /** How it stands now; the newest model, as long as its time lasts. Worth a call when a page opens. */
  standing(): Promise<Standing>;
  /** The same, for a session: it stays open until it is given back. */
  take(): Promise<Standing>;
  giveBack(inUse: InUse): Promise<void>;
  /** Something was rated in a session, or in none (null), and is kept (sync/outbox.ts): has every open model
   * know it. */
  rated(session: string | null): Promise<void>;
  /** What is expected rests on what; null without a model. */
  basis(): Promise<ModelBasis | null>;
  end(): Promise<void>;
}

interface Opened extends InUse {
  patient: string;
  record: PatientRecord;
  takers: number;
  /** Rated tracks that the record knows, and with them those that were taken in since. */
  ofRecord: number;
  ratedTracks: number;
  /** The vector that knows everything but one sitting, whose rows may change yet. */
  before: { but: string | null; vector: Float32Array; rows: number } | null;
}

/** `now`: the server's clock in ms since 1970, as far as it is known (readying/clock.ts). */
export function patientModel(
  database: Database,
  thread: ModelThread,
  now: () => Promise<number>,
): PatientModel {
  let newest: Opened | null = null;
  const others = new Set<Opened>(); // that sessions go on with
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = last.then(work);
    last = done.catch(() => {}); // whoever asked hears of it
    return done;
  }

  async function put(opened: Opened | null): Promise<void> {
    const before = newest;
    newest = opened;
    if (before === null) return;
    if (before.takers > 0) others.add(before);
    else await before.model.close();
  }

  async function look(): Promise<Standing> {
    const [device, kept, serversTime] = await Promise.all([
      keptDevice(database),
      keptModel(database),
      now(),
    ]);
    const patient = device?.patientId;
    if (patient === undefined || kept === undefined) {
      await put(null);
      return { state: "none" };
    }
    if (newest?.patient !== patient) await put(null);
    const at = Math.floor(serversTime / 1000);
    if (newest?.version !== kept.version) {
      const opened = await openKept(kept, patient, at);
      if (!("reason" in opened)) await put(opened);
      else if (newest === null) return { state: "refused", ...opened };
    }
    const inUse = newest as Opened; // where the newer one was refused, the last good one goes on
    if (at * 1000 >= inUse.expires) return { state: "refused", reason: "expired" };
    return { state: "ready", inUse };
  }

  async function openKept(
    kept: Model,
    patient: string,
    at: number,
  ): Promise<Opened | { reason: Reason }> {
    try {
      const { record, archive, bundle } = await checkedAgain(database, kept, patient, at);
      const model = await openModel(thread, archive, bundle, kept.vector);
      const opened: Opened = {
        model,
        version: kept.version,
        sha256: await sha256(kept.record),
        learns: record.learns,
        expires: record.expires * 1000,
        patient,
        record,
        takers: 0,
        ofRecord: kept.ratedTracks,
        ratedTracks: kept.ratedTracks,
        before: null,
      };
      await learn(opened, null); // the kept vector may not know what was rated last
      return opened;
    } catch (problem) {
      const reason = reasonOf(problem);
      if (newest === null && isDamage(reason)) await forgetModel(database, kept.version);
      return { reason };
    }
  }

  /** `session`: of which something was rated just now; null for any. */
  async function learn(opened: Opened, session: string | null): Promise<void> {
    const { model, patient, record } = opened;
    if (!record.learns) {
      model.vector = record.vector;
      return;
    }
    const { catalogue } = await answersOf(database);
    if (catalogue === null) return;
    const { created } = record;
    if (opened.before === null || opened.before.but !== session || session === null) {
      const rows = await unlearnedRows(database, patient, created, session);
      const ratings = ratingsOf(model.bundle, rows, catalogue);
      const vector = await model.adapted(record.vector, ratings);
      opened.before = { but: session, vector, rows: rows.length };
    }
    const rows = session === null ? [] : await unlearnedRowsOf(database, session, created);
    const ratings = ratingsOf(model.bundle, rows, catalogue);
    model.vector = await model.adapted(opened.before.vector, ratings);
    opened.ratedTracks = opened.ofRecord + opened.before.rows + rows.length;
    await keepVector(database, opened.version, model.vector);
  }

  return {
    standing: () => inTurn(look),
    take: () =>
      inTurn(async () => {
        const standing = await look();
        if (standing.state === "ready") (standing.inUse as Opened).takers += 1;
        return standing;
      }),
    giveBack: (inUse) =>
      inTurn(async () => {
        const opened = inUse as Opened;
        opened.takers -= 1;
        if (opened.takers === 0 && others.delete(opened)) await opened.model.close();
      }),
    rated: (session) =>
      inTurn(async () => {
        for (const opened of [...others, ...(newest === null ? [] : [newest])]) {
          await learn(opened, session);
        }
      }),
    basis: () =>
      inTurn(async () => {
        const standing = await look();
        if (standing.state !== "ready") return null;
        const { model, ratedTracks } = standing.inUse as Opened;
        return { ratedTracks, answers: basisOf(model.bundle.manifest.adapting, ratedTracks) };
      }),
    end: () =>
      inTurn(async () => {
        await put(null);
        for (const opened of others) await opened.model.close();
        others.clear();
      }),
  };
}
