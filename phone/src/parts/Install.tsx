/** Asks once whether the app should be put on the home screen, where that is not done. */

import { signal } from "@preact/signals";
import { useApp } from "../app/context.ts";

interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

const offered = signal<InstallEvent | null>(null);

/** Begin to listen for the browser's offer, which comes once and early. */
export function awaitInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered.value = event as InstallEvent;
  });
  addEventListener("appinstalled", () => {
    offered.value = null;
  });
}

export function Install() {
  const app = useApp();
  const { words } = app.language.value;
  const canAsk = offered.value !== null;
  if (app.settings.value.installAsked || isInstalled() || !(canAsk || isApple())) return null;
  async function install(): Promise<void> {
    await offered.value?.prompt();
    offered.value = null;
  }
  return (
    <section class="card">
      <p>{words.home.install}</p>
      {!canAsk && <p>{words.home.installApple}</p>}
      <div class="row">
        {canAsk && (
          <button type="button" onClick={install}>
            {words.home.installButton}
          </button>
        )}
        <button type="button" class="plain" onClick={() => app.set("installAsked", true)}>
          {words.home.later}
        </button>
      </div>
    </section>
  );
}

function isInstalled(): boolean {
  return matchMedia("(display-mode: standalone)").matches;
}

/** Where only the share menu installs. */
function isApple(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent);
}
