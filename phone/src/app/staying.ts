/** Locks the page when it was left for long, as the patient chose; never while music plays. */

import { lockHere } from "../locking/lock.ts";
import { staying, USUAL_STAY } from "../locking/staying.ts";
import type { App } from "./app.ts";

export function lockWhenLeft(app: App): void {
  const { stage } = app.sittings;
  const page = staying({
    minutes: () => app.settings.value.lockAfter ?? USUAL_STAY,
    isPlaying: () => stage.value.is === "listening",
    lock: () => void lockHere(app.database).then(() => app.lookAtLock()),
    now: app.now,
    later(ms, then) {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") page.left();
    else page.returned();
  });
  let wasPlaying = false;
  stage.subscribe(({ is }) => {
    if (wasPlaying && is !== "listening") page.played();
    wasPlaying = is === "listening";
  });
}
