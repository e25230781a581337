/** The mood, on the sliders or in the square, as the patient likes; what they used last comes first. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Mood } from "../model/package.ts";
import { choose } from "../store/settings.ts";
import { MoodGrid } from "./MoodGrid.tsx";
import { MoodSliders } from "./MoodSliders.tsx";

interface Given {
  /** Null as long as nothing was touched. */
  mood: Mood | null;
  onMood: (mood: Mood) => void;
}

export function MoodInput({ mood, onMood }: Given) {
  const app = useApp();
  const { words } = app.language.value;
  const [kind, setKind] = useState(app.settings.value.moodInput ?? "sliders");
  const other = kind === "sliders" ? "grid" : "sliders";
  async function change(): Promise<void> {
    setKind(other);
    await choose(app.database, "moodInput", other);
    await app.refresh();
  }
  return (
    <div class="mood-input">
      {kind === "sliders" ? (
        <MoodSliders mood={mood ?? [0, 0]} onMood={onMood} />
      ) : (
        <MoodGrid mood={mood} onMood={onMood} />
      )}
      <button type="button" class="plain" onClick={change}>
        {words.mood[other]}
      </button>
    </div>
  );
}
