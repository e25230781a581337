/**
 * The mood on two sliders, after the Affective Slider (Betella & Verschure 2016, doi
 * 10.1371/journal.pone.0148037): two lines with a face at each end, no numbers, and a thumb that begins
 * in the middle. The faces are drawn anew.
 */

import { useApp } from "../app/context.ts";
import type { Mood } from "../model/package.ts";
import { Face } from "./Face.tsx";

interface Given {
  mood: Mood;
  /** The thumb was moved, or set down where it stands. */
  onMood: (mood: Mood) => void;
}

export function MoodSliders({ mood: [valence, arousal], onMood }: Given) {
  const { words, numbers } = useApp().language.value;
  const say = words.mood;
  return (
    <div class="sliders">
      <Slider
        label={say.arousal}
        ends={[say.arousalLow, say.arousalHigh]}
        faces={["asleep", "awake"]}
        value={arousal}
        text={say.arousalText(percent(arousal), numbers)}
        onValue={(value) => onMood([valence, value])}
      />
      <Slider
        label={say.valence}
        ends={[say.valenceLow, say.valenceHigh]}
        faces={["sad", "glad"]}
        value={valence}
        text={say.valenceText(percent(valence), numbers)}
        onValue={(value) => onMood([value, arousal])}
      />
    </div>
  );
}

interface SliderGiven {
  label: string;
  ends: [low: string, high: string];
  faces: [low: Expression, high: Expression];
  /** −1..1 */
  value: number;
  text: string;
  onValue: (value: number) => void;
}
type Expression = "sad" | "glad" | "asleep" | "awake";

function Slider({ label, ends, faces, value, text, onValue }: SliderGiven) {
  const take = (event: Event) => {
    onValue(Number((event.currentTarget as HTMLInputElement).value) / 100);
  };
  return (
    <label class="slider">
      <span class="slider-label">{label}</span>
      <span class="slider-line">
        <Face is={faces[0]} />
        <input
          type="range"
          min={-100}
          max={100}
          step={5}
          value={Math.round(value * 100)}
          aria-valuetext={text}
          onInput={take}
          onPointerUp={take}
          onKeyUp={(event) => event.key === "Enter" && take(event)}
        />
        <Face is={faces[1]} />
      </span>
      <span class="slider-ends" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </span>
    </label>
  );
}

/** −1..1 as 0..100. */
function percent(value: number): number {
  return Math.round((value + 1) * 50);
}
