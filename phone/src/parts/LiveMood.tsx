/** The sliders that stay while the music plays: what comes next follows them at once; a mood is kept when
 * the sliders have rested. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Mood } from "../model/package.ts";
import type { Conductor } from "../sessions/conducting.ts";
import { MoodSliders } from "./MoodSliders.tsx";

const REST = 3_000; // ms without a move, after which a mood is meant

interface Given {
  conductor: Conductor;
  from: Mood | null;
}

export function LiveMood({ conductor, from }: Given) {
  const { words } = useApp().language.value;
  const [mood, setMood] = useState<Mood>(from ?? [0, 0]);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef<Mood | null>(null);
  const isBusy = useRef(false);
  useEffect(() => () => clearTimeout(rest.current), []);

  /** One re-planning at a time; of moods that came meanwhile only the last one counts. */
  async function lean(): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    while (asked.current !== null) {
      const next = asked.current;
      asked.current = null;
      await conductor.lean(next);
    }
    isBusy.current = false;
  }
  function move(to: Mood): void {
    setMood(to);
    asked.current = to;
    void lean();
    clearTimeout(rest.current);
    rest.current = setTimeout(() => void conductor.rate(to), REST);
  }
  return (
    <section class="card live">
      <p class="hint">{words.session.live}</p>
      <MoodSliders mood={mood} onMood={move} />
    </section>
  );
}
