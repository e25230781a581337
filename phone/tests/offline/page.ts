/** A page without a screen, served and kept as the app is: `window.offline` is what the app calls, for
 * tests in a real browser. */

import { openBundle } from "../../src/model/bundle.ts";
import { startModel } from "../../src/model/thread.ts";
import { registerBackgroundSync, whenAskedToSync } from "../../src/offline/background.ts";
import { registerWorker } from "../../src/offline/registering.ts";
import { applyUpdate, watchUpdates } from "../../src/offline/updating.ts";
import { APP_VERSION } from "../../src/offline/version.ts";
import { keepDevice, keptDevice } from "../../src/store/device.ts";
import { openStore } from "../../src/store/schema.ts";
import { keepReport } from "../../src/sync/outbox.ts";
import { surroundings } from "../../src/sync/surroundings.ts";

const heard = { waits: 0, syncs: 0 };
const registered = registerWorker();
registered.then((registration) => {
  if (registration !== null) watchUpdates(registration, () => heard.waits++);
});
whenAskedToSync(() => heard.syncs++);

Object.assign(window, {
  offline: {
    version: APP_VERSION,
    heard,
    registered: async () => (await registered) !== null,
    update: async () => void (await (await registered)?.update()),
    apply: async () => applyUpdate((await registered) as ServiceWorkerRegistration),
    askForSync: async () => registerBackgroundSync((await registered) as ServiceWorkerRegistration),
    /** Connected to this server as nobody's phone, with something to hand over. */
    connect: async (token: string) => {
      const database = await openStore(() => {});
      const [server, patientId, patientCode, clinicName] = [location.origin, "", "", ""];
      const ended = false;
      const device = { server, token, patientId, patientCode, clinicName, ended };
      await keepDevice(database, { ...device, origin: "simulated" });
      const around = surroundings(APP_VERSION, async () => false);
      const id = crypto.randomUUID();
      await keepReport(database, around, patientId, { id, kind: "mood-rating", body: {} });
      database.close();
    },
    isConnected: async () => {
      const database = await openStore(() => {});
      const device = await keptDevice(database);
      database.close();
      return device?.ended === false;
    },
    /** Opens a bundle in the model's thread; its manifest's format. */
    async open(archive: number[]) {
      const bytes = Uint8Array.from(archive);
      await startModel().thread.open(0, bytes);
      return openBundle(bytes).manifest.format;
    },
  },
});
