import { describe, expect, test } from "vitest";
import type { Catalogue } from "../../src/listening/catalogue.ts";
import { newSeed } from "../../src/listening/request.ts";
import {
  begin,
  beginWith,
  finish,
  NothingToPlay,
  type Opening,
  openSession,
  planAnew,
  playing,
  type Reason,
  type Session,
  skip,
} from "../../src/listening/session.ts";
import { catalogueOf, opening, PLAN, plannerOf } from "./cases.ts";

const rowsOf = ({ choices }: Session) => choices.map(({ row }) => row);

async function opened(tracks = 10) {
  const model = plannerOf();
  return { model, session: await openSession(model, opening(catalogueOf(tracks))) };
}

/** What the model was asked last. */
function asked(model: ReturnType<typeof plannerOf>) {
  const [candidates, request] = model.playlist.mock.lastCall ?? [];
  if (candidates === undefined || request === undefined) throw new Error("It was asked nothing.");
  return { allowed: candidates.allowed, request };
}

describe("a session opens", () => {
  test("with what the plan asks for, from the mood of now", async () => {
    const { model, session } = await opened();
    expect(rowsOf(session)).toEqual([0, 1, 2, 3]);
    expect(asked(model).request).toEqual({
      mood: [-0.5, 0.5],
      target: [0.5, -0.5],
      curve: PLAN.curve_weights,
      guards: { hold_radius: 0.15, largest_step: 0.35, lowest_valence: -0.6 },
      seed: 1,
    });
  });

  test.each<[Reason, Catalogue, Partial<Opening>]>([
    ["other-schema", { ...catalogueOf(3), schema: { name: "", version: 1, columns: [] } }, {}],
    ["no-tracks", catalogueOf(0), {}],
    ["not-at-hand", catalogueOf(3), { atHand: new Set(["another"]) }],
    ["excluded", catalogueOf(3), { prescription: { plan: PLAN, judged: new Set<string>() } }],
  ])("or says why it cannot: %s", async (reason, catalogue, more) => {
    const begun = openSession(plannerOf(), opening(catalogue, more));
    await expect(begun).rejects.toThrow(new NothingToPlay(reason));
  });

  test("with tracks at hand alone, where only those will do", async () => {
    const atHand = new Set(["3", "5"]);
    const session = await openSession(plannerOf(), opening(catalogueOf(8), { atHand }));
    expect(rowsOf(session)).toEqual([3, 5]);
  });
});

describe("equivalent first tracks", () => {
  const scores = [0.1, 0.14, 0.06, 0.16, 0.04, 0.09, -10_000];
  const excluding = { ...PLAN, excluded_track_ids: ["6"] };
  const given = (seed: number) => {
    const ready = opening(catalogueOf(7), { seed });
    return { ...ready, prescription: { ...ready.prescription, plan: excluding } };
  };

  test("lie within one temperature of the drawn one, which comes first", async () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const { firsts } = await openSession(plannerOf(scores), given(seed));
      expect(firsts).toHaveLength(3);
      expect(firsts[0]).toBe(0);
      for (const row of firsts.slice(1)) seen.add(row);
    }
    expect([...seen].sort()).toEqual([1, 2, 5]); // not 3 and 4, which are .06 away
  });

  test("are one where no other is as good", async () => {
    const alone = [0.1, ...Array(6).fill(-1)];
    expect((await openSession(plannerOf(alone), given(1))).firsts).toEqual([0]);
  });

  test("may be chosen, and no others; and no more once a track began", async () => {
    const model = plannerOf(scores);
    const session = await openSession(model, given(1));
    const [, second] = session.firsts;
    const chosen = await beginWith(model, session, second);
    expect(rowsOf(chosen)[0]).toBe(second);
    expect(asked(model).request).toMatchObject({ seed: 1, first: second });
    await expect(beginWith(model, session, 3)).rejects.toThrow(RangeError);
    await expect(beginWith(model, begin(session), second)).rejects.toThrow(RangeError);
  });
});

describe("while it plays", () => {
  test("tracks begin one after the other", async () => {
    const { session } = await opened();
    const first = begin(session);
    expect(playing(first)?.choice.row).toBe(0);
    expect(() => begin(first)).toThrow(RangeError);
    const second = begin(finish(first));
    expect(playing(second)?.choice.row).toBe(1);
    expect(session.begun).toEqual([]); // what went before is as it was
  });

  test("none begins after the last", async () => {
    let { session } = await opened(2);
    for (const _ of session.choices) session = finish(begin(session));
    expect(() => begin(session)).toThrow(RangeError);
  });

  test("a skipped track is replaced, and the path goes on from the mood before it", async () => {
    const { model, session } = await opened();
    const heard = finish(begin(session));
    const skipped = await skip(model, begin(heard), 7);
    const { allowed, request } = asked(model);
    expect(allowed.slice(0, 3)).toEqual([false, false, true]);
    expect(request).toMatchObject({ mood: heard.choices[0].predicted, seed: 7 });
    expect(request.curve).toEqual([1, 0.5, 0]); // one of four was heard
    expect(rowsOf(skipped)).toEqual([2, 3, 4]);
    expect(skipped.begun.map(({ state }) => state)).toEqual(["finished", "skipped"]);
  });

  test("of a mood rated anew the rest is a shorter path from there", async () => {
    const { model, session } = await opened();
    const rated = await planAnew(model, begin(session), 7, [0.8, 0.8]);
    expect(asked(model).request).toMatchObject({
      mood: [0.8, 0.8],
      target: [0.5, -0.5],
      curve: [1, 0.5, 0],
    });
    expect(rowsOf(rated)).toEqual([1, 2, 3]); // the one that plays goes on
    await skip(model, begin(finish(rated)), 8);
    expect(asked(model).request.mood).toEqual([0.8, 0.8]); // said, and not what was expected before
  });

  test("what the model has learned since changes what is to come, and not the track", async () => {
    const { model, session } = await opened();
    const now = begin(finish(begin(session)));
    const anew = await planAnew(model, now, 7);
    expect(playing(anew)).toEqual(playing(now));
    expect(asked(model).request.mood).toEqual(playing(now)?.after);
    expect(rowsOf(anew)).toEqual([2, 3]);
  });

  test("a last track is one at the target, and after it nothing is planned", async () => {
    const { model, session } = await opened();
    let now = session;
    for (let heard = 0; heard < 3; heard++) now = finish(begin(now));
    now = await planAnew(model, now, 7);
    expect(asked(model).request.curve).toEqual([0]);
    now = await planAnew(model, begin(now), 8);
    expect(now.choices).toEqual([]);
  });

  test("when all tracks were begun there is nothing more", async () => {
    const { model, session } = await opened(2);
    const once = await skip(model, begin(session), 1);
    expect((await skip(model, begin(once), 2)).choices).toEqual([]);
  });
});

test("seeds are whole, and fit a double", () => {
  const seeds = Array.from({ length: 100 }, newSeed);
  expect(new Set(seeds).size).toBe(100);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
  expect(Math.max(...seeds)).toBeGreaterThan(2 ** 50);
});
