import { expect, test } from "vitest";
import {
  beginWith,
  openSession,
  planAnew,
  type Session,
  skip,
} from "../../src/listening/session.ts";
import { conduct, type Desk } from "../../src/sessions/conducting.ts";
import type { Report } from "../../src/sync/outbox.ts";
import { catalogueOf, opening, plannerOf } from "../listening/cases.ts";

const STARTED = { id: "6f1c", plan: "2a", startedAt: Date.parse("2026-03-01T18:30:00Z") };
const MINUTE = 60_000;

/** A session of ten tracks, whose draws are those of the planner of the tests beside. */
async function conducted() {
  const model = plannerOf();
  const opened = await openSession(model, opening(catalogueOf(10)));
  const kept: Report[] = [];
  const state = { now: STARTED.startedAt, asked: 0, learned: 0 };
  const desk: Desk = {
    planning: {
      beginWith: (session, row) => beginWith(model, session, row),
      skip: (session, seed) => skip(model, session, seed),
      planAnew: (session, seed, rated) => planAnew(model, session, seed, rated),
      learn: async () => {
        state.learned += 1;
      },
    },
    keep: async (report) => {
      kept.push(report);
    },
    nextChanged: () => {
      state.asked += 1;
    },
    newSeed: () => 7,
    now: () => state.now,
    record: { version: 3, sha256: "ab".repeat(32) },
  };
  const conductor = await conduct(desk, STARTED, opened);
  const told = (kind: Report["kind"]) => kept.filter((report) => report.kind === kind);
  return { conductor, kept, told, state };
}

const rows = ({ choices }: Session) => choices.map(({ row }) => row);

test("the list that a session begins with is told at once", async () => {
  const { told } = await conducted();
  expect(told("playlist-log")).toHaveLength(1);
  expect(told("playlist-log")[0]).toMatchObject({
    session: "6f1c",
    body: { model_version: 3, mood_valence: -0.5 },
  });
});

test("tracks follow each other, and each is told with what was heard of it", async () => {
  const { conductor, told, state } = await conducted();
  expect(conductor.next()).toBe("0");
  await conductor.began("0");
  expect(conductor.next()).toBe("1");
  state.now += MINUTE;
  await conductor.ended("0", "finished", 58.04);
  await conductor.began("1");
  await conductor.ended("1", "stopped", 3);
  expect(told("track-play").map(({ body }) => body)).toEqual([
    {
      track: "0",
      position: 0,
      started_at: "2026-03-01T18:30:00.000Z",
      seconds_heard: 58,
      ending: "finished",
    },
    {
      track: "1",
      position: 1,
      started_at: "2026-03-01T18:31:00.000Z",
      seconds_heard: 3,
      ending: "stopped",
    },
  ]);
});

test("a track that is skipped does not come again, and the player asks anew", async () => {
  const { conductor, told, state } = await conducted();
  await conductor.began("0");
  const before = state.asked;
  await conductor.skip();
  await conductor.ended("0", "skipped", 4);
  expect(state.asked).toBe(before + 1);
  expect(rows(conductor.session.value)).not.toContain(0);
  expect(told("playlist-log")).toHaveLength(2);
  expect(told("track-play")).toHaveLength(1);
});

test("a skip by the keys of the lock screen goes on with the list", async () => {
  const { conductor } = await conducted();
  await conductor.began("0");
  await conductor.ended("0", "skipped", 4);
  await conductor.began("1");
  expect(conductor.heard.value.map(({ track }) => track)).toEqual(["0", "1"]);
});

test("a track that begins while the one before fades takes its place", async () => {
  const { conductor, told } = await conducted();
  await conductor.began("0");
  await conductor.began("1");
  await conductor.ended("0", "finished", 60);
  expect(conductor.next()).toBe("2");
  expect(told("track-play")[0].body).toMatchObject({ position: 0, ending: "finished" });
});

test("what is disliked is told, learned of, and the rest made anew", async () => {
  const { conductor, told, state } = await conducted();
  await conductor.began("0");
  await conductor.like("0", 1);
  expect(told("track-rating")[0]).toMatchObject({
    session: "6f1c",
    body: { track: "0", liking: 1 },
  });
  expect(state.learned).toBe(1);
  expect(conductor.heard.value[0].liking).toBe(1);
  expect(rows(conductor.session.value)).not.toContain(0);
});

test("a mood between leads the rest from there", async () => {
  const { conductor, told } = await conducted();
  await conductor.began("0");
  await conductor.rate([0.1, 0.2]);
  expect(told("mood-rating")[0].body).toMatchObject({ phase: "during", valence: 0.1 });
  expect(conductor.session.value.request.mood).toEqual([0.1, 0.2]);
});

test("leaning changes the rest, and nothing is told of it", async () => {
  const { conductor, kept } = await conducted();
  await conductor.began("0");
  const before = kept.length;
  await conductor.lean([0.3, 0.4]);
  expect(conductor.session.value.request.mood).toEqual([0.3, 0.4]);
  expect(kept).toHaveLength(before);
});

test("another first track takes the place of the one that sounds", async () => {
  const { conductor, told } = await conducted();
  const other = conductor.session.value.firsts[1];
  await conductor.began("0");
  await conductor.beginWith(other);
  await conductor.ended("0", "skipped", 2);
  expect(conductor.next()).toBe(String(other));
  await conductor.began(String(other));
  expect(conductor.heard.value.map(({ position }) => position)).toEqual([0, 1]);
  const chosen = () => told("playlist-log").map(({ body }) => body.chosen_first);
  expect(chosen()).toEqual([false, true]);
  await conductor.rate([0.3, 0.4]);
  expect(chosen()).toEqual([false, true, false]); // the rest is drawn again
});

test("one thing that fails does not stand in the way of the next", async () => {
  const { conductor } = await conducted();
  await expect(conductor.beginWith(99)).rejects.toThrow(RangeError);
  await conductor.began("0");
  expect(conductor.heard.value).toHaveLength(1);
});

test("a track whose file is broken is passed over, and not told as heard", async () => {
  const { conductor, told } = await conducted();
  await conductor.ended("0", "skipped", 0);
  expect(conductor.next()).toBe("1");
  await conductor.began("1");
  expect(conductor.heard.value.map(({ track }) => track)).toEqual(["1"]);
  await conductor.ended("2", "skipped", 0);
  expect(conductor.next()).not.toBe("2");
  expect(told("track-play")).toEqual([]);
});
