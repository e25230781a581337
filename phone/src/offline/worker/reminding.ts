/** Reminders: shown when they come, and what a tap on one does. */

import { APP, ICON } from "../addresses.ts";
import { reminderIn } from "../reminder.ts";

export async function show(
  registration: ServiceWorkerRegistration,
  data: PushMessageData | null,
): Promise<void> {
  const { title, ...shown } = reminderIn(() => data?.json());
  await registration.showNotification(title, { ...shown, icon: ICON });
}

/** Show the app's page that is open, or open one. */
export async function openApp(clients: Clients): Promise<void> {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === APP);
  await (page === undefined ? clients.openWindow(APP) : page.focus());
}
