/** In which country this phone is, as far as its time zone tells: crisis lines are those of a country. The
 * language does not tell: many a phone speaks American English. */

/** Intl.Locale Info, which not every browser has. */
interface LocaleWithZones extends Intl.Locale {
  getTimeZones?(): string[] | undefined;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** ISO 3166-1 alpha-2; undefined where it cannot be told. */
export function countryHere(): string | undefined {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return countries().find((country) => zonesOf(country).includes(timeZone));
}

/** All that the browser knows time zones of, under the code that is theirs by now; all that it has a name for
 * where it knows no zones. */
export function countries(): string[] {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const codes = Array.from(LETTERS, (one) => Array.from(LETTERS, (other) => one + other)).flat();
  const named = codes.filter(
    (code) => names.of(code) !== undefined && localeOf(code).region === code,
  );
  const inhabited = named.filter((code) => zonesOf(code).length > 0);
  return inhabited.length > 0 ? inhabited : named;
}

function zonesOf(country: string): string[] {
  return localeOf(country).getTimeZones?.() ?? [];
}

function localeOf(country: string): LocaleWithZones {
  return new Intl.Locale(`und-${country}`);
}
