import { expect, test } from "vitest";
import { comingFrom } from "../../src/playing/coming.ts";
import { play, sound } from "./stage.ts";

test("plays one after the other, each into the next, then the silence, then it is over", async () => {
  const { player, pass, told, sounding, log } = play([sound("a"), sound("b")]);
  player.begin();
  await pass(57.5);
  expect(sounding()).toEqual(["a"]);
  await pass(1.5);
  expect(sounding()).toEqual(["a", "b"]); // both, for two seconds
  await pass(2);
  expect(sounding()).toEqual(["b"]);
  await pass(57.5);
  expect(player.standing).toBe("silence");
  expect(told).toEqual(["began a", "finished a 58", "began b", "finished b 60"]);
  await pass(10);
  expect(told.at(-1)).toBe("ended drained");
  expect(player.standing).toBe("over");
  expect(log()).toEqual(["play a 3.0 5.0", "play b 3.0 5.0"]);
});

test("no fade is shorter than both sound together", async () => {
  const { player, pass, log } = play([sound("a"), sound("b")], { fade_in: 0, fade_out: 0 });
  player.begin();
  await pass(59);
  expect(log()).toEqual(["play a 0.0 2.0", "play b 2.0 2.0"]);
});

test("asks for the next one late, and as often as that may have changed", async () => {
  const { player, pass, told, asked } = play([sound("a"), sound("b"), sound("c")]);
  player.begin();
  await pass(45);
  player.nextChanged();
  await pass(1);
  expect(asked()).toBe(1);
  await pass(8);
  expect(asked()).toBe(2);
  player.nextChanged();
  await pass(6);
  expect(asked()).toBe(3);
  expect(told).toEqual(["began a", "finished a 58", "began c"]);
});

test("what comes after a short track is not asked before that one is heard", async () => {
  const { player, pass, told, asked } = play([sound("a", 5, { slow: 2 }), sound("b", 5)]);
  player.begin();
  await pass(1.5);
  expect(asked()).toBe(1);
  await pass(1);
  expect(asked()).toBe(2);
  expect(told).toEqual(["began a"]);
});

test("an answer to a question that no longer counts is not played", async () => {
  const answers: ((made: ReturnType<typeof sound>) => void)[] = [];
  const coming = comingFrom(
    () => new Promise((resolve) => answers.push(resolve)),
    () => {},
  );
  void coming.ask();
  coming.forget();
  void coming.ask();
  answers[1](sound("new"));
  answers[0](sound("old"));
  await Promise.resolve();
  await Promise.resolve();
  expect(coming.answer).toMatchObject({ track: "new" });
});

test("an error of whoever is asked is not hidden, and nothing comes", async () => {
  const broken = new Error("no disk");
  const coming = comingFrom(
    () => Promise.reject(broken),
    () => {},
  );
  await expect(coming.ask()).rejects.toBe(broken);
  expect(coming.answer).toBeNull();
});

test("a skip fades out and asks anew", async () => {
  const { player, pass, told, sounding, log, asked } = play([sound("a"), sound("b"), sound("c")]);
  player.begin();
  await pass(55); // b is loaded
  player.skip();
  await pass(0.5);
  expect(sounding()).toEqual(["a", "c"]);
  await pass(1);
  expect(sounding()).toEqual(["c"]);
  expect(asked()).toBe(3);
  expect(told).toEqual(["began a", "skipped a 55", "began c"]);
  expect(log()).toContain("away a 1");
});

test("skips in a row wait for a free deck, and none is heard twice", async () => {
  const { player, pass, told, sounding } = play(["a", "b", "c"].map((name) => sound(name)));
  player.begin();
  await pass(20);
  player.skip();
  await pass(0.3);
  player.skip();
  player.skip(); // nothing plays that could be skipped
  await pass(0.3);
  expect(sounding()).toEqual(["a", "b"]);
  await pass(2);
  expect(sounding()).toEqual(["c"]);
  expect(told).toEqual(["began a", "skipped a 20", "began b", "skipped b 0", "began c"]);
});

test("pauses are not heard", async () => {
  const { player, pass, told, sounding, levels } = play([sound("a")]);
  player.begin();
  await pass(10);
  player.pause();
  await pass(100);
  expect(sounding()).toEqual([]);
  player.resume();
  await pass(10);
  expect(player.elapsed()).toBeCloseTo(20.2, 0);
  expect(player.remaining()).toBeCloseTo(39.8, 0);
  player.stop();
  expect(told[1]).toBe("stopped a 20");
  expect(levels.slice(0, 3)).toEqual(["gain 1.000", "hush 0 0.2", "hush 1 0.2"]);
});

test("stop fades, is told at once, and is silent when it resolves", async () => {
  const { player, pass, told, levels, sounding, shown } = play([sound("a")]);
  player.begin();
  await pass(30);
  const silent = player.stop();
  expect(player.stop()).toBe(silent);
  expect(told.at(-1)).toBe("stopped a 30");
  await pass(1);
  expect(sounding()).toEqual(["a"]);
  await pass(1);
  await silent;
  expect(sounding()).toEqual([]);
  expect(levels.slice(1)).toEqual(["hush 0 1.5", "closed"]);
  expect(told.at(-1)).toBe("ended stopped");
  expect(shown.at(-1)).toBe("none");
  expect(shown).toContain("left");
});

test("stop fades no longer than the plan has tracks fade", async () => {
  const { player, pass, levels } = play([sound("a")], { fade_out: 0.5 });
  player.begin();
  await pass(5);
  player.stop();
  await pass(0.6);
  expect(player.standing).toBe("over");
  expect(levels[1]).toBe("hush 0 0.5");
});

test.each(["paused", "not begun"])("a player that is %s stops at once", async (how) => {
  const { player, pass, told } = play([sound("a")]);
  if (how === "paused") {
    player.begin();
    await pass(5);
    player.pause();
  }
  await player.stop();
  expect(told.at(-1)).toBe("ended stopped");
});

test("who stops in the silence at the end has heard all of it", async () => {
  const { player, pass, told } = play([sound("a")]);
  player.begin();
  await pass(62);
  expect(player.standing).toBe("silence");
  await player.stop();
  expect(told.at(-1)).toBe("ended drained");
  await pass(20);
  expect(told.filter((one) => one.startsWith("ended"))).toHaveLength(1);
});

test("a stop that is asked for while something is told leaves no track playing", async () => {
  const { player, pass, told, events, sounding } = play([sound("a"), sound("b")]);
  const { finished } = events;
  events.finished = (track, seconds) => {
    finished(track, seconds);
    player.stop();
  };
  player.begin();
  await pass(62);
  expect(told).toEqual(["began a", "finished a 58", "ended stopped"]);
  expect(sounding()).toEqual([]);
});

test("what changed while the cross-fade begins is too late for it", async () => {
  const { player, pass, told, events } = play([sound("a"), sound("b"), sound("c")]);
  const { finished } = events;
  events.finished = (track, seconds) => {
    finished(track, seconds);
    player.nextChanged();
  };
  player.begin();
  await pass(70);
  expect(told).toEqual(["began a", "finished a 58", "began b"]);
});

test("a sound that cannot be decoded is told and passed over, loaded or playing", async () => {
  const list = [
    sound("no", 60, { breaks: 0 }),
    sound("half", 60, { breaks: 30 }),
    sound("good"),
    sound("neither", 60, { breaks: 0 }),
    sound("last"),
  ];
  const { player, pass, told } = play(list);
  player.begin();
  await pass(95);
  expect(told).toEqual([
    "failed no 0",
    "began half",
    "failed half 30",
    "began good",
    "failed neither 0",
    "finished good 58",
    "began last",
  ]);
});

test("the system pauses it: told, and quiet until somebody resumes", async () => {
  const { player, pass, told, sounding, halt } = play([sound("a")]);
  player.begin();
  await pass(10);
  halt();
  expect([player.standing, told.at(-1)]).toEqual(["paused", "interrupted"]);
  await pass(60);
  expect(sounding()).toEqual([]);
  player.resume();
  await pass(1);
  expect(sounding()).toEqual(["a"]);
  halt();
  halt();
  expect(told.filter((one) => one === "interrupted")).toHaveLength(2);
});

test("the keys of the lock screen do what the buttons do", async () => {
  const { player, pass, told, press, shown } = play([sound("a"), sound("b")]);
  player.begin();
  await pass(10);
  press("pause");
  expect(player.standing).toBe("paused");
  press("play");
  expect(player.standing).toBe("playing");
  press("nexttrack");
  await pass(2);
  press("stop");
  await pass(2);
  expect(told).toEqual(["began a", "skipped a 10", "began b", "stopped b 2", "ended stopped"]);
  expect(shown).toEqual(["playing", "a", "paused", "playing", "b", "none", "left", "none"]);
});

test("a skip in a pause goes on with the next one", async () => {
  const { player, pass, sounding } = play([sound("a"), sound("b")]);
  player.begin();
  await pass(10);
  player.pause();
  await pass(5);
  player.skip();
  await pass(1);
  expect([player.standing, sounding()]).toEqual(["playing", ["b"]]);
});

test("progress is told four times a second at most, and not in a pause", async () => {
  const { player, pass, progress } = play([sound("a")]);
  player.begin();
  await pass(10);
  expect(progress.length).toBeGreaterThan(25);
  for (const [index, at] of progress.slice(1).entries()) {
    expect(at - progress[index]).toBeGreaterThanOrEqual(0.25 - 1e-9);
  }
  player.pause();
  const before = progress.length;
  await pass(10);
  expect(progress).toHaveLength(before);
});

test("the sleep timer fades for a minute and ends the session", async () => {
  const list = [1, 2, 3, 4, 5].map((number) => sound(`${number}`, 600));
  const { player, pass, told, levels } = play(list);
  player.begin();
  player.sleepTimer(20);
  await pass(19 * 60 - 1);
  expect(levels).toEqual(["gain 1.000"]);
  await pass(2);
  expect(levels).toEqual(["gain 1.000", "dusk 0 60"]);
  await pass(60);
  expect(told.slice(-2)).toEqual(["stopped 3 4", "ended asleep"]);
});

test("a sleep timer that is taken back leaves the music as it was", async () => {
  const { player, pass, levels } = play([sound("a", 600)]);
  player.sleepTimer(1); // before it begins, and shorter than its fade
  player.begin();
  await pass(30);
  player.sleepTimer(null);
  await pass(60);
  expect(levels).toEqual(["gain 1.000", "dusk 0 60", "dusk 1 2"]);
  expect(player.standing).toBe("playing");
});

test("the volume stays within the plan's ceiling", () => {
  const { player, levels } = play([sound("a")], { volume_ceiling: 60 });
  expect(player.setVolume(100)).toBe(60);
  player.begin();
  expect(player.setVolume(20)).toBe(20);
  expect(player.setVolume(61)).toBe(60);
  expect(player.setVolume(-1)).toBe(0);
  expect(levels).toEqual(["gain 0.141", "gain 0.010", "gain 0.141", "gain 0.000"]);
});
