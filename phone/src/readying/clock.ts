/** What the server's clock shows, as far as this phone can tell: expiry is judged by it
 * (docs/clients/README.md). */

import type { Database } from "../store/schema.ts";
import { byServersClock, type ClockRow, noticed } from "../sync/clock.ts";
import type { Surroundings } from "../sync/surroundings.ts";

/** In ms since 1970. The phone's own clock where the server was never heard. */
export async function serversNow(
  database: Database,
  around: Pick<Surroundings, "clock">,
): Promise<number> {
  const row = (await database.get("state", "clock")) as ClockRow | undefined;
  const reading = around.clock();
  return byServersClock(noticed(row, reading), reading.wall);
}
