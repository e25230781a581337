/** English. */

import type { Answer, Audible, Messages } from "./messages.ts";

const ANSWERS: Record<Answer, string> = {
  liking: "how much you like a track",
  valence: "how pleasant you feel after a track",
  arousal: "how awake you feel after a track",
};
const PIECES: Record<Audible, [more: string, less: string]> = {
  tempo: ["faster pieces", "slower pieces"],
  loudness: ["louder pieces", "softer pieces"],
  brightness: ["brighter sound", "darker sound"],
  mode: ["pieces in major", "pieces in minor"],
  dissonance: ["rougher sound", "smoother sound"],
};
const EFFECTS: Record<Answer, (pieces: string) => string> = {
  liking: (pieces) => `You seem to like ${pieces} more than other people do.`,
  valence: (pieces) => `Your mood seems to be better after ${pieces}, more so than other people’s.`,
  arousal: (pieces) => `You seem to be calmer after ${pieces}, more so than other people.`,
};
const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);

export const en: Messages = {
  why: {
    "leads-there": ({ distance }, { fixed }) =>
      `expected to leave your mood ${fixed(distance, 2)} from where the path wants it`,
    liked: ({ liking }, { fixed }) => `you may like it ${fixed(liking, 1)} of 5`,
    "well-known": () => "you know it well",
    "sounds-alike": () => "close in sound to the one before",
    "although-heard-lately": () => "although you heard it lately",
    "to-learn": () => "to learn whether it suits you",
  },
  sureness: { sure: "Sure", "fairly-sure": "Fairly sure", unsure: "Not sure" },
  basis: {
    everybody: (answer) =>
      `For ${ANSWERS[answer]} the app goes by what people say in general. It was not shown that going by your own ratings would be better.`,
    "not-yet": (answer, from, { whole }) =>
      `For ${ANSWERS[answer]} the app goes by what people say in general until you have rated ${whole(from)} ${plural(from, "track", "tracks")}.`,
    "own-level": (answer) =>
      `For ${ANSWERS[answer]} the app goes by how high your ratings are, not by which tracks they are of.`,
    "own-tracks": (answer) => `For ${ANSWERS[answer]} the app goes by your own ratings.`,
  },
  learned: (answer, feature, amount) => EFFECTS[answer](PIECES[feature][amount === "more" ? 0 : 1]),
  learnedIs:
    "What the app expects, from your ratings and these pieces. It is a guess, and not a finding about your health.",
  nothingToPlay: {
    "other-schema": "The app's model is for other music than is here. It asks for a new one.",
    "no-tracks": "Your clinic has no music here yet.",
    excluded: "Your plan allows none of the music that is here. Tell your therapist.",
    "not-at-hand": "No allowed music is on this phone yet. Go online once to fetch some.",
  },
  refused: {
    malformed: "What was sent could not be read. The app fetches it again.",
    "unknown-key": "The app does not know who signed the new model. It may need an update.",
    "retired-key": "The new model was signed with an old key. The app fetches it again.",
    "wrong-purpose": "The new model was not meant as one, and was not taken.",
    "wrong-signature": "The new model was changed on the way, and was not taken.",
    "other-patient": "The new model is for somebody else. Connect this phone again.",
    "old-version": "The model that was sent is older than yours, and was not taken.",
    expired: "The model is too old, or this phone's date is wrong. Check the date.",
    "other-base": "The parts of the new model do not belong together. The app fetches it again.",
    "other-kind": "The new model is for another kind of phone.",
    "wrong-size": "The download was cut off. The app fetches it again.",
    "wrong-content": "The download was changed on the way. The app fetches it again.",
    "unknown-format": "The new model is for a newer app. Update the app.",
  },
  pairing: {
    unknown: "This code does not work. Look at it again, or ask for a new one.",
    expired: "This code has run out. Ask for a new one.",
    malformed: "A code has eight of these: 3 4 7 9 A C D E F H J K M N P R T W X Y.",
    "no-answer": "The clinic could not be reached. Try again when you are online.",
    "other-patient": "This phone holds what somebody else reported. Ask before you delete it.",
    "too-many": (seconds, { whole }) =>
      `Too many tries. Wait ${whole(seconds)} ${plural(seconds, "second", "seconds")}.`,
  },
  handingOver: {
    waiting: (items, { whole }) =>
      `${whole(items)} ${plural(items, "entry waits", "entries wait")} on this phone for the next time you are online.`,
    allThere: "Your clinic has everything that you reported.",
    aside: (items, { whole }) =>
      `Your clinic could not take ${whole(items)} ${plural(items, "entry", "entries")} yet. Nothing is lost; the app tries again.`,
    notConnected: "This phone is no longer connected. Ask for a new code; nothing here is lost.",
    careEnded: "You took back your consent. The app has stopped, and sends nothing more.",
    full: "This phone is full. Your ratings still fit; music is not fetched until there is room.",
  },
};
