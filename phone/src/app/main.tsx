/** Starts the app on its page. */

import "../styles/app.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { giveUpOldest } from "../audio/holding.ts";
import { finishSealing } from "../locking/resealing.ts";
import { registerBackgroundSync } from "../offline/background.ts";
import { registerWorker } from "../offline/registering.ts";
import { watchUpdates } from "../offline/updating.ts";
import { APP_VERSION } from "../offline/version.ts";
import { awaitInstallOffer } from "../parts/Install.tsx";
import { openStore } from "../store/schema.ts";
import { surroundings } from "../sync/surroundings.ts";
import { type App, createApp } from "./app.ts";
import { AppContext } from "./context.ts";
import { Root } from "./Root.tsx";
import { codeInAddress, followAddress, go } from "./routes.ts";
import { lockWhenLeft } from "./staying.ts";
import { update } from "./updating.ts";

awaitInstallOffer();
const code = codeInAddress();
followAddress();
if (code !== null) go("pair", "", { instead: true }); // also where this phone is connected already
void start();

async function start(): Promise<void> {
  const database = await openStore(() => location.reload());
  const app = await createApp(
    database,
    surroundings(APP_VERSION, () => giveUpOldest(database)),
  );
  effect(() => dress(app));
  render(
    <AppContext.Provider value={app}>
      <Root code={code} />
    </AppContext.Provider>,
    document.getElementById("app") as HTMLElement,
  );
  lockWhenLeft(app);
  await afterOpening(app);
}

/** What is not needed for the first screen. */
async function afterOpening(app: App): Promise<void> {
  app.whenOpen(async () => {
    await app.model.look();
    await app.sittings.takeUp();
    app.keeping.start();
    await finishSealing(app.database);
  });
  const registration = await registerWorker();
  if (registration === null) return;
  watchUpdates(registration, () => {
    update.value = registration;
  });
  await registerBackgroundSync(registration);
}

const LARGE = 150; // per cent: what stays in place at the bottom would take too much of the screen

/** As the patient wants to see it. */
function dress({ settings, language }: App): void {
  const { theme = "system", textSize = 100 } = settings.value;
  const { documentElement: root } = document;
  root.lang = language.value.tag;
  root.style.fontSize = `${textSize}%`;
  root.classList.toggle("large-text", textSize >= LARGE);
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}
