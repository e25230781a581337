/** Words without regard to case, as the server compares them (Python's str.casefold). */

/** Two words are alike when these are: full case folding (Unicode 3.13), character by character. */
export function folded(word: string): string {
  return Array.from(word, (character) => {
    if (character === "ı") return character; // has the upper case of i, and is not like it
    return character.toLowerCase().toUpperCase().toLowerCase();
  }).join("");
}

/** Whether a list of words has one of `wanted`. */
export function hasOneOf(wanted: string[]): (words: string[]) => boolean {
  const known = new Set(wanted.map(folded));
  return (words) => known.size > 0 && words.some((word) => known.has(folded(word)));
}
