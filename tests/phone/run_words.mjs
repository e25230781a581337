// What stands on the app's screens, by language: what has a number in it is left out.
import { LANGUAGES } from "../../phone/src/words/language.ts";

const words = LANGUAGES.map(({ tag, words, messages }) => [tag, { ...words, messages }]);
process.stdout.write(JSON.stringify(Object.fromEntries(words)));
