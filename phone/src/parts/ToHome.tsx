/** Leaves a session that is over. */

import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";

export function ToHome() {
  const app = useApp();
  const { words } = app.language.value;
  function leave(): void {
    app.sittings.leave();
    go("home", "", { instead: true });
  }
  return (
    <button type="button" class="primary" onClick={leave}>
      {words.after.home}
    </button>
  );
}
