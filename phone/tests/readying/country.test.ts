import { expect, test, vi } from "vitest";
import { countries, countryHere } from "../../src/readying/country.ts";

test.each([
  ["Europe/Berlin", "DE"],
  ["Asia/Shanghai", "CN"],
  ["America/New_York", "US"],
  ["Europe/London", "GB"],
  ["UTC", undefined],
])("a phone in the zone %s is in %s", (zone, country) => {
  vi.stubEnv("TZ", zone);
  expect(countryHere()).toBe(country);
  vi.unstubAllEnvs();
});

test("a country has one code: its own", () => {
  expect(countries()).toContain("DE");
  for (const none of ["DD", "XA", "EZ", "ZZ"]) expect(countries()).not.toContain(none);
});
