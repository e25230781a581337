/** Settings: how the app looks and speaks, and the ways to everything that is the patient's. */

import { useMemo } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { addressOf, type Screen } from "../app/routes.ts";
import { LanguageChoice } from "../parts/LanguageChoice.tsx";
import { Page } from "../parts/Page.tsx";
import { countries, countryHere } from "../readying/country.ts";
import type { Settings as Chosen } from "../store/schema.ts";
import { nameOfCountry } from "../words/language.ts";

const THEMES: readonly Chosen["theme"][] = ["system", "light", "dark", "high-contrast"];
const SIZES = [100, 125, 150, 175, 200];

export function Settings() {
  const app = useApp();
  const { words, numbers } = app.language.value;
  const say = words.settings;
  const { device, standing, consents } = app.kept.value;
  const model = app.model.state.value;
  const { theme = "system", textSize = 100 } = app.settings.value;
  const stands = { true: words.consent.stands.yes, false: words.consent.stands.no };
  return (
    <Page title={say.title}>
      <LanguageChoice />
      <CountryChoice />
      <label class="choice">
        {say.theme}
        <select
          value={theme}
          onChange={({ currentTarget }) => app.set("theme", currentTarget.value as Chosen["theme"])}
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {say.themes[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="choice">
        {say.text}
        <select
          value={textSize}
          onChange={({ currentTarget }) => app.set("textSize", Number(currentTarget.value))}
        >
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {numbers.whole(size)} %
            </option>
          ))}
        </select>
      </label>
      <ul class="links">
        <Way to="reminders" name={say.reminders} />
        <Way to="lock" name={say.lock} />
        <Way to="music" name={say.music} />
        <Way to="data" name={say.data} />
      </ul>
      <section>
        <h2>{say.consents}</h2>
        <ul class="links">
          {consents.map(({ scope }) => (
            <Way key={scope} to="consent" about={scope} name={words.consent.names[scope]}>
              {stands[`${standing.get(scope)}` as keyof typeof stands] ??
                words.consent.stands.never}
            </Way>
          ))}
        </ul>
      </section>
      <section>
        <h2>{say.about}</h2>
        {device && <p>{say.connected(device.clinicName, device.patientCode)}</p>}
        <p>
          {say.model}:{" "}
          {model.state === "ready" ? say.modelVersion(model.version, numbers) : say.noModel}
        </p>
        <p>{say.notDevice}</p>
        <p class="hint">{say.version(app.around.app)}</p>
        <p>
          <a href={`${import.meta.env.BASE_URL}about/third-party-licences.txt`}>{say.licences}</a>
        </p>
      </section>
    </Page>
  );
}

function CountryChoice() {
  const app = useApp();
  const { words, tag } = app.language.value;
  const names = useMemo(() => {
    const named = countries().map((country) => [country, nameOfCountry(country, tag)] as const);
    return named.sort(([, one], [, other]) => one.localeCompare(other, tag));
  }, [tag]);
  async function change(country: string): Promise<void> {
    await app.set("country", country);
    await app.keeping.look();
  }
  const { country = countryHere() ?? "" } = app.settings.value;
  return (
    <label class="choice">
      {words.settings.country}
      <select value={country} onChange={({ currentTarget }) => change(currentTarget.value)}>
        <option value="">{words.settings.countryUnknown}</option>
        {names.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface WayGiven {
  to: Screen;
  about?: string;
  name: string;
  children?: string;
}

function Way({ to, about = "", name, children }: WayGiven) {
  return (
    <li>
      <a href={`#${addressOf(to, about)}`}>
        <span>{name}</span>
        {children && <span class="hint">{children}</span>}
      </a>
    </li>
  );
}
