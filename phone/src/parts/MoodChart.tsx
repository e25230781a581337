/** Mood before and after each session: one line a session, from what was felt before to what after. */

import { useApp } from "../app/context.ts";
import type { Sitting } from "../sessions/looking.ts";

const MOST = 20; // the newest sessions
const [WIDTH, HEIGHT, EDGE] = [320, 120, 12];

export function MoodChart({ sittings }: { sittings: Sitting[] }) {
  const { words } = useApp().language.value;
  const shown = sittings.filter(({ before, after }) => before ?? after).slice(-MOST);
  if (shown.length === 0) return null;
  const say = words.history;
  return (
    <figure class="chart">
      <figcaption>
        {say.chart}
        <span class="legend">
          <span class="dot before" /> {say.before}
          <span class="dot after" /> {say.after}
        </span>
      </figcaption>
      {([0, 1] as const).map((axis) => (
        <Axis key={axis} axis={axis} sittings={shown} />
      ))}
    </figure>
  );
}

function Axis({ axis, sittings }: { axis: 0 | 1; sittings: Sitting[] }) {
  const { words, date } = useApp().language.value;
  const mood = words.mood;
  const name = [words.history.valence, words.history.arousal][axis];
  const [low, high] = [
    [mood.valenceLow, mood.valenceHigh],
    [mood.arousalLow, mood.arousalHigh],
  ][axis];
  const x = (place: number) => EDGE + ((WIDTH - 2 * EDGE) * (place + 0.5)) / sittings.length;
  const y = (value: number) => HEIGHT / 2 - value * (HEIGHT / 2 - EDGE);
  return (
    <>
      <h2>{name}</h2>
      <div class="plot">
        <span class="plot-high">{high}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
          <line class="zero" x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          {sittings.map(({ id, before, after }, place) => (
            <g key={id}>
              {before && after && (
                <line
                  class="way"
                  x1={x(place)}
                  x2={x(place)}
                  y1={y(before[axis])}
                  y2={y(after[axis])}
                />
              )}
              {before && <circle class="before" cx={x(place)} cy={y(before[axis])} r="5" />}
              {after && <circle class="after" cx={x(place)} cy={y(after[axis])} r="5" />}
            </g>
          ))}
        </svg>
        <span class="plot-low">{low}</span>
      </div>
      <div class="unseen">
        <table>
          <caption>{name}</caption>
          <thead>
            <tr>
              <th scope="col">{words.history.sessions}</th>
              <th scope="col">{words.history.before}</th>
              <th scope="col">{words.history.after}</th>
            </tr>
          </thead>
          <tbody>
            {sittings.map(({ id, startedAt, before, after }) => (
              <tr key={id}>
                <th scope="row">{date(startedAt)}</th>
                <td>{percent(before?.[axis])}</td>
                <td>{percent(after?.[axis])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** As on the sliders: 0..100. */
function percent(value: number | undefined): string {
  return value === undefined ? "–" : String(Math.round((value + 1) * 50));
}
