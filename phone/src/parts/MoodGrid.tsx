/**
 * The mood as one place in a square of 9 × 9, after the Affect Grid (Russell, Weiss & Mendelsohn 1989, doi
 * 10.1037/0022-3514.57.3.493): unpleasant to pleasant from left to right, calm to excited from below.
 * One tap, or the arrow keys.
 */

import { useRef } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Mood } from "../model/package.ts";

const SIDE = 9;
const MIDDLE = 4;

interface Given {
  /** Null: no place was chosen yet. */
  mood: Mood | null;
  onMood: (mood: Mood) => void;
}

export function MoodGrid({ mood, onMood }: Given) {
  const { words, numbers } = useApp().language.value;
  const square = useRef<HTMLDivElement>(null);
  const chosen = mood === null ? null : placeOf(mood);
  const reachable = chosen ?? { column: MIDDLE, row: MIDDLE };

  function choose(column: number, row: number): void {
    onMood(moodAt(column, row));
  }
  function move(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const column = clamped(reachable.column + step[0]);
    const row = clamped(reachable.row + step[1]);
    choose(column, row);
    square.current?.querySelector<HTMLElement>(`[data-place="${column} ${row}"]`)?.focus();
  }

  const say = words.mood;
  return (
    <div class="grid">
      <span class="grid-above" aria-hidden="true">
        {say.arousalHigh}
      </span>
      <span class="grid-left" aria-hidden="true">
        {say.valenceLow}
      </span>
      <div
        class="grid-square"
        role="radiogroup"
        aria-label={say.gridLabel}
        ref={square}
        onKeyDown={move}
      >
        {PLACES.map(({ column, row }) => {
          const isChosen = chosen?.column === column && chosen.row === row;
          const isReachable = reachable.column === column && reachable.row === row;
          return (
            // biome-ignore lint/a11y/useSemanticElements: radio buttons cannot be walked in two directions
            <button
              key={`${column} ${row}`}
              type="button"
              role="radio"
              aria-checked={isChosen}
              aria-label={say.cell(column + 1, SIDE - row, numbers)}
              tabIndex={isReachable ? 0 : -1}
              data-place={`${column} ${row}`}
              onClick={() => choose(column, row)}
            />
          );
        })}
      </div>
      <span class="grid-right" aria-hidden="true">
        {say.valenceHigh}
      </span>
      <span class="grid-below" aria-hidden="true">
        {say.arousalLow}
      </span>
    </div>
  );
}

const PLACES = Array.from({ length: SIDE * SIDE }, (_, place) => ({
  column: place % SIDE,
  row: Math.floor(place / SIDE), // from above
}));
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function moodAt(column: number, row: number): Mood {
  return [(column - MIDDLE) / MIDDLE, (MIDDLE - row) / MIDDLE];
}

function placeOf([valence, arousal]: Mood): { column: number; row: number } {
  return {
    column: clamped(Math.round(valence * MIDDLE) + MIDDLE),
    row: clamped(MIDDLE - Math.round(arousal * MIDDLE)),
  };
}

function clamped(place: number): number {
  return Math.min(Math.max(place, 0), SIDE - 1);
}
