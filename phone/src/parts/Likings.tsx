/** How much a piece was liked, in five steps of which one can be chosen. */

import { useApp } from "../app/context.ts";

interface Given {
  /** The track: two of these on one screen are two questions. */
  track: string;
  /** 1..5; null before it is said. */
  liking: number | null;
  onLiking: (liking: number) => void;
}

export function Likings({ track, liking, onLiking }: Given) {
  const { words } = useApp().language.value;
  return (
    <div class="likings">
      {words.after.liking.map((name, place) => (
        <label key={name} class="liking">
          <input
            type="radio"
            name={`liking-${track}`}
            checked={liking === place + 1}
            onChange={() => onLiking(place + 1)}
          />
          <span>{name}</span>
        </label>
      ))}
    </div>
  );
}
