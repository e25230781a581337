/** English. */

import { type Fit, fitOf } from "../listening/words.ts";
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
const FITS: Record<Fit, string> = {
  well: "well",
  fairly: "fairly well",
  best: "better than other pieces here, though not closely",
};
const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);

export const en: Messages = {
  why: {
    "leads-there": ({ distance }) =>
      `it fits the next step to where you want to go ${FITS[fitOf(distance)]}`,
    liked: ({ liking }, { fixed }) => `you may like it ${fixed(liking, 1)} of 5`,
    "well-known": () => "you know it well",
    "sounds-alike": () => "close in sound to the one before",
    "although-heard-lately": () => "although you heard it lately",
    "to-learn": () => "to learn whether it suits you",
  },
  sureness: { sure: "fairly sure", "fairly-sure": "not very sure", unsure: "a guess" },
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
  playing: {
    breathe: { in: "Breathe in", out: "Breathe out" },
    interrupted: "Your phone paused the music. Tap to go on when you are ready.",
    passedOver: "One track could not be played. The next one comes in its place.",
    keptSoft: "Your plan keeps the music soft. If you cannot hear it well, turn your phone up.",
    silence: "The music is over. Stay with the quiet for a moment.",
    asleep: "The sleep timer faded the music out.",
  },
  lock: {
    why: "A lock keeps what is on this phone from others who hold it in their hands.",
    ask: "Enter your PIN or passphrase.",
    askPasskey: "Unlock with your passkey: fingerprint, face or the phone's own code.",
    wrong: (wait, { whole }) =>
      wait === 0
        ? "That is not it. Try again."
        : `That is not it. Try again in ${whole(wait)} ${plural(wait, "second", "seconds")}.`,
    tooSoon: (wait, { whole }) =>
      `Wait ${whole(wait)} ${plural(wait, "second", "seconds")}, then try again.`,
    tooShort: "Choose at least six digits or letters.",
    digits: "Six digits stop a curious hand. A few words stop more.",
    notConfirmed: "The passkey was not used. Try again, or use your PIN.",
    noPrf: "This passkey cannot lock the app. Choose a PIN.",
    overtaken: "The lock was changed in another window. Look at it again.",
    finishing: (done, total, { whole }) =>
      `Encrypting what is here: ${whole(done)} of ${whole(total)}. You can go on meanwhile.`,
    forgotten: "Nobody can open it without the PIN. You can empty this phone and connect it again.",
    forget: (items, { whole }) =>
      items === 0
        ? "Everything on this phone goes. Your clinic has all that you reported."
        : `Everything on this phone goes, also ${whole(items)} ${plural(items, "entry", "entries")} that your clinic does not have.`,
    after: (minutes, { whole }) =>
      minutes === 0
        ? "At once"
        : `After ${whole(minutes)} ${plural(minutes, "minute", "minutes")} away`,
  },
  readying: {
    step: {
      consents: "What you agreed to",
      measures: "Questions",
      "crisis-contacts": "Help in a crisis",
      reminders: "Reminders",
      keys: "Who signs for your clinic",
      model: "Your model",
      catalogue: "The list of music",
      plan: "Your plan",
      reserve: "Room for your ratings",
      music: "Music",
    },
    ready: "Everything is on this phone. You can go offline for weeks.",
    notAll: "Some things could not be fetched. What was here stays, and the app tries again.",
    music: (here, of, { whole }) =>
      `${whole(here)} of ${whole(of)} ${plural(of, "piece is", "pieces are")} on this phone.`,
    musicEnded: {
      spared: "Music waits for Wi-Fi. You can allow it on this connection.",
      stopped: "Fetching music was stopped. What is here can be played.",
      "no-answer":
        "The connection broke off. What is here can be played, and the rest comes later.",
      full: "This phone is full. What is here can be played.",
    },
    withoutModel: {
      none: "Your own model is being made. Until it is here, choose pieces yourself. Your ratings count.",
      expired:
        "Your model is too old to be used. Go online once to get a new one. Until then, choose pieces yourself; your ratings are kept and will count.",
      other:
        "Your model cannot be used. Go online once to get it again. Until then, choose pieces yourself; your ratings are kept and will count.",
    },
    noPlan: "Your therapist has not made a plan for you yet.",
  },
};
