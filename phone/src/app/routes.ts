/** Which screen is shown: what stands after # in the address, so that the phone's own Back works. */

import { signal } from "@preact/signals";

export const SCREENS = [
  "home",
  "pair",
  "ready",
  "consent",
  "session",
  "not-today",
  "measure",
  "help",
  "history",
  "settings",
  "reminders",
  "music",
  "lock",
  "data",
] as const;
export type Screen = (typeof SCREENS)[number];

export interface Route {
  screen: Screen;
  /** What it is about: the key of a questionnaire, the scope of a consent. */
  about: string;
}

/** A pairing code that the address brought (`/phone/#CODE`): read once, and taken out of the address. */
export function codeInAddress(): string | null {
  const fragment = decodeURIComponent(location.hash.slice(1));
  if (fragment === "" || fragment.startsWith("/")) return null;
  history.replaceState(null, "", location.pathname);
  return fragment;
}

export const route = signal<Route>({ screen: "home", about: "" });

/** Begin to follow the address. */
export function followAddress(): void {
  const read = () => {
    const [name = "", about = ""] = location.hash.replace(/^#\//, "").split("/");
    const screen = SCREENS.find((one) => one === name) ?? "home";
    route.value = { screen, about: decodeURIComponent(about) };
  };
  addEventListener("hashchange", read);
  read();
}

/** Show another screen. `instead`: Back does not lead to this one. */
export function go(screen: Screen, about = "", { instead = false } = {}): void {
  const address = addressOf(screen, about);
  if (!instead) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", `#${address}`);
  route.value = { screen, about };
}

/** For links. */
export function addressOf(screen: Screen, about = ""): string {
  return about === "" ? `/${screen}` : `/${screen}/${encodeURIComponent(about)}`;
}
