/** What the patient chose of how the app looks and speaks; never sent. */

import type { Database, Settings } from "./schema.ts";

/** Undefined where nothing was chosen. */
export async function setting<Name extends keyof Settings>(
  database: Database,
  name: Name,
): Promise<Settings[Name] | undefined> {
  return (await database.get("settings", name)) as Settings[Name] | undefined;
}

export async function choose<Name extends keyof Settings>(
  database: Database,
  name: Name,
  value: Settings[Name],
): Promise<void> {
  await database.put("settings", value, name);
}
