/** A mood in between: what comes next is made anew from there. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { NowPlaying } from "../app/sitting.ts";
import { MoodInput } from "./MoodInput.tsx";
import { Notice } from "./Notice.tsx";

export function FeelDifferent({ playing }: { playing: NowPlaying }) {
  const { words } = useApp().language.value;
  const [isOpen, setOpen] = useState(false);
  const [mood, setMood] = useState(playing.before);
  const [isDone, setDone] = useState(false);
  async function rate(): Promise<void> {
    if (mood === null) return;
    await playing.conductor.rate(mood);
    setOpen(false);
    setDone(true);
  }
  if (!isOpen) {
    return (
      <>
        <button type="button" class="equal" onClick={() => setOpen(true)}>
          {words.session.feel}
        </button>
        {isDone && <Notice kind="good">{words.session.replanned}</Notice>}
      </>
    );
  }
  return (
    <section class="card">
      <h2>{words.mood.during}</h2>
      <MoodInput mood={mood} onMood={setMood} />
      <div class="row">
        <button type="button" class="primary" onClick={rate}>
          {words.common.save}
        </button>
        <button type="button" class="plain" onClick={() => setOpen(false)}>
          {words.common.cancel}
        </button>
      </div>
    </section>
  );
}
