/**
 * The service worker: opens the app without a network, shows reminders, hands over when the network is
 * back. It never touches what goes to the server's API, nor any page but the app's.
 */

import { APP } from "../addresses.ts";
import { SYNC, TAKE_OVER } from "../asking.ts";
import { APP_VERSION } from "../version.ts";
import { handOver } from "./handing.ts";
import { type Precached, precache } from "./precache.ts";
import { openApp, show } from "./reminding.ts";

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHED__: Precached;

/** Of browsers that have it; it is not in TypeScript's own types. */
interface SyncEvent extends ExtendableEvent {
  tag: string;
}

const kept = precache(APP_VERSION, __PRECACHED__);

self.addEventListener("install", (event) => event.waitUntil(kept.fill()));

self.addEventListener("activate", (event) => {
  event.waitUntil(kept.dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = addressOf(event.request);
  if (address === APP) event.respondWith(page(event.request));
  else if (address !== null && kept.has(address)) event.respondWith(kept.answer(address));
});

self.addEventListener("message", (event) => {
  if (event.data !== TAKE_OVER) return;
  event.waitUntil(takeOver().then((taken) => event.ports[0]?.postMessage(taken)));
});

self.addEventListener("push", (event) => event.waitUntil(show(self.registration, event.data)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openApp(self.clients));
});

self.addEventListener("sync" as "message", (event) => {
  const { tag } = event as ExtendableEvent as SyncEvent;
  if (tag === SYNC) event.waitUntil(handOver(self.clients));
});

/** Without what stands behind the ?; of a page, the app's own address. Null for what is none of ours. */
function addressOf({ method, mode, url }: Request): string | null {
  const { origin, pathname, search } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return null;
  if (mode === "navigate") return pathname === APP ? APP : null;
  return search === "" ? pathname : null;
}

/** The page that is kept; where it was altered and the server has a newer one by now, that one. */
async function page(request: Request): Promise<Response> {
  const answer = await kept.answer(APP);
  return answer.type === "error" ? fetch(request) : answer;
}

/** Not while another page is open: nobody asked it, and it may be in a session. */
async function takeOver(): Promise<boolean> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.filter(({ url }) => new URL(url).pathname === APP).length > 1) return false;
  await self.skipWaiting();
  return true;
}
