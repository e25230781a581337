/** The languages, each in its own name. */

import { useApp } from "../app/context.ts";
import { LANGUAGES } from "../words/language.ts";

export function LanguageChoice() {
  const app = useApp();
  const { tag, words } = app.language.value;
  async function change(language: string): Promise<void> {
    await app.set("language", language);
    await app.keeping.look(); // the server's texts are in languages, too
  }
  return (
    <label class="choice">
      {words.settings.language}
      <select value={tag} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {LANGUAGES.map((language) => (
          <option key={language.tag} value={language.tag} lang={language.tag}>
            {language.name}
          </option>
        ))}
      </select>
    </label>
  );
}
