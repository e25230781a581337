/** A newer app: told to the page when it lies ready, and taken when the page says so. */

import { TAKE_OVER } from "./asking.ts";

/**
 * Call `waits` when a newer app lies ready, at once if it does now. It is looked for whenever the page is
 * shown again: an installed app may stay open for weeks.
 */
export function watchUpdates(registration: ServiceWorkerRegistration, waits: () => void): void {
  const tell = () => {
    if (registration.waiting !== null && registration.active !== null) waits();
  };
  const follow = (worker: ServiceWorker | null) => {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed") tell();
    });
  };
  tell();
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  document.addEventListener("visibilitychange", () => {
    // Without a network there is nothing to look for.
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/**
 * Have the newer app take over, and load the page anew. Not in a session: what is playing ends. False, and
 * nothing happens, where none waits or another page of the app is open, which may be in a session.
 */
export async function applyUpdate(registration: ServiceWorkerRegistration): Promise<boolean> {
  const { waiting } = registration;
  if (waiting === null) return false;
  const taken = new Promise<void>((done) => {
    waiting.addEventListener("statechange", () => {
      if (waiting.state === "activated") done();
    });
  });
  if (!(await asks(waiting))) return false;
  await taken;
  location.reload();
  return true;
}

function asks(worker: ServiceWorker): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((answer) => {
    port1.onmessage = ({ data }) => {
      answer(data === true);
      port1.close();
    };
    worker.postMessage(TAKE_OVER, [port2]);
  });
}
