/** The network is back: an open page hands over what waits, and where there is none, this does. */

import { openStore } from "../../store/schema.ts";
import { surroundings } from "../../sync/surroundings.ts";
import { sync } from "../../sync/sync.ts";
import { APP } from "../addresses.ts";
import { SYNC } from "../asking.ts";
import { APP_VERSION } from "../version.ts";

/** Throws where something still waits: the browser then wakes the worker again, later. */
export async function handOver(clients: Clients): Promise<void> {
  const pages = await clients.matchAll({ type: "window" });
  const page = pages.find(({ url }) => new URL(url).pathname === APP);
  if (page !== undefined) {
    page.postMessage(SYNC);
    return;
  }
  const database = await openStore(() => {});
  try {
    const { again } = await sync(
      database,
      surroundings(APP_VERSION, async () => false),
    );
    if (again !== null) throw new Error(`To be handed over in ${again} ms.`);
  } finally {
    database.close();
  }
}
