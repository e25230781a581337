/** Reminders: what the patient wants of them, and this browser's part in it (docs/reminders.md). */

import type { Api } from "../api/client.ts";

/** As GET /api/v1/reminders answers it. */
export interface Reminders {
  channels: ("push" | "email")[];
  minutes_before: number;
  /** HH:MM:SS on the patient's wall clock; null: no quiet hours. */
  quiet_from: string | null;
  quiet_to: string | null;
  language: string;
  time_zone: string;
  consent: boolean;
  /** Null: this server pushes nothing. */
  push_key: string | null;
  push_subscribed: boolean;
}

export type Wanted = Pick<
  Reminders,
  "channels" | "minutes_before" | "quiet_from" | "quiet_to" | "language"
>;

/** `unsupported`: this browser has no Web Push. `blocked`: the patient has forbidden it notifications. */
export type Pushing = "possible" | "unsupported" | "blocked";

export function canPush(): Pushing {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis)) return "unsupported";
  return Notification.permission === "denied" ? "blocked" : "possible";
}

export async function reminders(api: Api): Promise<Reminders> {
  return (await api.get<Reminders>("/api/v1/reminders")).body;
}

/** Set what is wanted; what stands is answered. The phone's zone goes with it, for the patient may travel. */
export async function setReminders(api: Api, wanted: Wanted): Promise<Reminders> {
  const { timeZone: time_zone } = Intl.DateTimeFormat().resolvedOptions();
  return (await api.put<Reminders>("/api/v1/reminders", { ...wanted, time_zone })).body;
}

/**
 * Have this browser take pushes of the server with this key. Call it in a tap: it asks the patient. Answers
 * whether it may; throws as calls do.
 */
export async function subscribe(api: Api, pushKey: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = bytesOf(pushKey);
  const before = await pushManager.getSubscription();
  const isOfOther = before !== null && !sameKey(before.options.applicationServerKey, pushKey);
  if (isOfOther) await before.unsubscribe(); // of another server: it could not push to this one
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  await api.post("/api/v1/push-subscription", { endpoint, keys });
  return true;
}

/** No more pushes to this browser. */
export async function unsubscribe(api: Api): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  await api.remove("/api/v1/push-subscription");
}

function sameKey(bytes: ArrayBuffer | null, key: string): boolean {
  const other = bytesOf(key);
  const own = new Uint8Array(bytes ?? new ArrayBuffer(0));
  return own.length === other.length && own.every((byte, place) => byte === other[place]);
}

/** Base64url, as VAPID keys are written. */
function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const base64 = key.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
