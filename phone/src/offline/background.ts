/** Handing over when the network is back, where the browser wakes the app for that (Background Sync). */

import { SYNC } from "./asking.ts";

/** Of browsers that have it; it is not in TypeScript's own types. */
interface SyncManager {
  register(tag: string): Promise<void>;
}

/**
 * Ask to be woken when there is a network: to be called when something waits and could not be handed over.
 * The service worker then tells an open page, or hands over by itself. False where the browser does not do
 * that, or the person forbade it: then what waits goes when the app is opened.
 */
export async function registerBackgroundSync(
  registration: ServiceWorkerRegistration,
): Promise<boolean> {
  const { sync } = registration as { sync?: SyncManager };
  if (sync === undefined) return false;
  try {
    await sync.register(SYNC);
    return true;
  } catch {
    return false;
  }
}

/** Call `handOver` when the service worker says that there is a network. Gives how to end that. */
export function whenAskedToSync(handOver: () => void): () => void {
  if (!("serviceWorker" in navigator)) return () => {};
  const hear = ({ data }: MessageEvent) => {
    if (data === SYNC) handOver();
  };
  navigator.serviceWorker.addEventListener("message", hear);
  navigator.serviceWorker.startMessages();
  return () => navigator.serviceWorker.removeEventListener("message", hear);
}
