import { expect, test } from "vitest";
import { audible, LANGUAGES, languageFor, numbersOf } from "../src/words/language.ts";
import { sayBasis, sayLearned, sayWhy } from "../src/words/saying.ts";

const [english, chinese] = LANGUAGES;
const LONGEST = 160; // characters that can be read at a glance on a small screen

/** Every sentence of a language, with numbers in it where it takes some. */
function sentences(part: unknown, numbers = numbersOf("en")): string[] {
  if (typeof part === "string") return [part];
  if (typeof part === "function") {
    const given = { distance: 0.5, liking: 4, key: "" };
    const ways = [
      [given, numbers],
      ["liking", 3, numbers],
      ["arousal", "tempo", "less"],
      [2, numbers],
    ];
    return ways.flatMap((arguments_) => {
      try {
        return [part(...arguments_)];
      } catch {
        return []; // another function takes these
      }
    });
  }
  return Object.values(part as object).flatMap((each) => sentences(each, numbers));
}

test.each(LANGUAGES)("$name has a sentence for everything, short enough to read", (language) => {
  const said = sentences(language.messages);
  expect(said.length).toBeGreaterThan(40);
  for (const sentence of said) {
    expect(sentence.trim()).not.toBe("");
    expect(sentence.length, sentence).toBeLessThanOrEqual(LONGEST);
  }
});

test("nothing of the Chinese was left in English", () => {
  for (const sentence of sentences(chinese.messages)) expect(sentence).toMatch(/[\u4e00-\u9fff]/);
});

test("the first language that there is counts, whatever its country or script", () => {
  expect(languageFor(["fr", "zh-CN", "en"])).toBe(chinese);
  expect(languageFor(["en-GB", "zh"])).toBe(english);
  expect(languageFor(["fr"])).toBe(english);
  expect(languageFor([])).toBe(english);
});

test("numbers are written as the language writes them", () => {
  expect(numbersOf("de").fixed(0.5, 2)).toBe("0,50");
  expect(numbersOf("en").whole(1234)).toBe("1,234");
});

test("why a track is there is said with its numbers", () => {
  expect(sayWhy(english, { key: "liked", liking: 4.25 })).toBe("you may like it 4.3 of 5");
  expect(sayWhy(chinese, { key: "leads-there", distance: 0.123 })).toBe("很适合您这条路径的下一步");
  expect(sayWhy(english, { key: "well-known" })).toBe("you know it well");
});

test("where the model abstains it is said in plain words, and when that ends", () => {
  const rests = "everybody" as const;
  expect(sayBasis(english, { answer: "liking", rests, from: null })).toContain("was not shown");
  expect(sayBasis(english, { answer: "liking", rests, from: 1 })).toContain("rated 1 track.");
  expect(sayBasis(english, { answer: "valence", rests, from: 3 })).toContain("rated 3 tracks.");
  expect(sayBasis(english, { answer: "arousal", rests: "own-tracks", from: null })).toContain(
    "goes by your own ratings",
  );
});

test("what was learned is said of the side that is the better one", () => {
  const learned = { answer: "liking" as const, feature: "tempo", difference: -0.3 };
  expect(sayLearned(english, learned)).toBe(
    "You seem to like slower pieces more than other people do.",
  );
  expect(sayLearned(english, { ...learned, answer: "arousal", difference: 0.3 })).toBe(
    "You seem to be calmer after slower pieces, more so than other people.",
  );
  expect(sayLearned(chinese, { ...learned, difference: 0.3 })).toContain("节奏较快");
});

test("of what nobody would hear nothing is said", () => {
  expect(audible("mfcc_3")).toBeUndefined();
  expect(
    sayLearned(english, { answer: "liking", feature: "mfcc_3", difference: 1 }),
  ).toBeUndefined();
});
