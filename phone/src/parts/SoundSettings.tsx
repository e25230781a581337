/** Loudness within the plan's ceiling, and the sleep timer. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Player } from "../playing/types.ts";

const MINUTES = [10, 20, 30, 45, 60];

interface Given {
  player: Player;
  /** Per cent; null: the plan has none. */
  ceiling: number | null;
}

export function SoundSettings({ player, ceiling }: Given) {
  const { words, numbers } = useApp().language.value;
  const say = words.session;
  const most = ceiling ?? 100;
  const [volume, setVolume] = useState(most);
  return (
    <details>
      <summary>
        {say.volume}, {say.sleep}
      </summary>
      <label class="slider">
        <span class="slider-label">{say.volume}</span>
        <input
          type="range"
          min={0}
          max={most}
          value={volume}
          onInput={({ currentTarget }) => setVolume(player.setVolume(Number(currentTarget.value)))}
        />
      </label>
      {ceiling !== null && <p class="hint">{say.ceiling(ceiling, numbers)}</p>}
      <label class="choice">
        {say.sleep}
        <select
          onChange={({ currentTarget: { value } }) =>
            player.sleepTimer(value === "" ? null : Number(value))
          }
        >
          <option value="">{say.sleepOff}</option>
          {MINUTES.map((count) => (
            <option key={count} value={count}>
              {say.sleepIn(count, numbers)}
            </option>
          ))}
        </select>
      </label>
    </details>
  );
}
