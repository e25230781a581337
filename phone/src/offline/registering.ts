/** Has the browser keep the app, so that it opens without a network. */

import { APP } from "./addresses.ts";

/**
 * Register the service worker once the page is loaded, so that what it fetches waits behind what the page
 * needs. Null where there is none, as in private windows of some browsers, or where the server could not
 * be reached: the app works without it, as long as there is a network.
 */
export async function registerWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  await loaded();
  try {
    return await navigator.serviceWorker.register(`${APP}sw.js`, {
      scope: APP,
      updateViaCache: "none",
    });
  } catch {
    return null;
  }
}

async function loaded(): Promise<void> {
  if (document.readyState === "complete") return;
  await new Promise((done) => addEventListener("load", done, { once: true }));
}
