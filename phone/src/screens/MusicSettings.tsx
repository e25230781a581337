/** How much room music may take on this phone, and over which connections it comes. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { allHeld } from "../audio/holding.ts";
import { MusicMeter } from "../parts/MusicMeter.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { USUAL_BUDGET } from "../readying/audio.ts";

const MEGABYTE = 1_000_000;
const BUDGETS = [100, 250, 500, 1_000, 2_000]; // MB

export function MusicSettings() {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const say = words.settings;
  const { ahead, steps } = app.keeping;
  const [held, setHeld] = useState({ tracks: 0, bytes: 0 });
  useEffect(() => {
    void allHeld(app.database).then((rows) => {
      const whole = rows.filter((row) => row.whole);
      const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
      setHeld({ tracks: whole.length, bytes });
    });
  }, [ahead.value]);
  const { audioBudget = USUAL_BUDGET, audioAnyway = false } = app.settings.value;
  const came = steps.value.music;
  const ended = came?.outcome === "music" ? came.music.outcome : "done";
  return (
    <Page title={say.music} back={() => go("settings")}>
      <p>{say.used(held.tracks, Math.round(held.bytes / MEGABYTE), numbers)}</p>
      <MusicMeter />
      {ended !== "done" && <Notice>{messages.readying.musicEnded[ended]}</Notice>}
      <label class="choice">
        {say.budget}
        <select
          value={audioBudget / MEGABYTE}
          onChange={async ({ currentTarget }) => {
            await app.set("audioBudget", Number(currentTarget.value) * MEGABYTE);
            await app.keeping.look();
          }}
        >
          {BUDGETS.map((size) => (
            <option key={size} value={size}>
              {say.megabytes(size, numbers)}
            </option>
          ))}
        </select>
      </label>
      <label class="option">
        <input
          type="checkbox"
          checked={audioAnyway}
          onChange={async ({ currentTarget }) => {
            await app.set("audioAnyway", currentTarget.checked);
            await app.keeping.look();
          }}
        />
        {say.metered}
      </label>
    </Page>
  );
}
