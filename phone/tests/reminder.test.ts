import { expect, test } from "vitest";
import { reminderIn } from "../src/offline/reminder.ts";

const SENT = {
  title: "Erinnerung",
  body: "Es ist Zeit für Ihre Musik.",
  lang: "de",
  tag: "attune-reminder",
};

test("a reminder is shown as the server wrote it, and nothing more", () => {
  expect(reminderIn(() => ({ ...SENT, actions: [], url: "https://elsewhere.example" }))).toEqual(
    SENT,
  );
});

test.each([
  ["nothing", () => undefined],
  ["no object", () => "Reminder"],
  [
    "no JSON",
    () => {
      throw new SyntaxError();
    },
  ],
  ["too much", () => ({ title: "x".repeat(201), body: ["no text"] })],
])("a push with %s in it shows the app's name alone", (_, read) => {
  expect(reminderIn(read)).toEqual({
    title: "Attune",
    body: "",
    lang: "en",
    tag: "attune-reminder",
  });
});
