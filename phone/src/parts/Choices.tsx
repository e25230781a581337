/** What the model chose: why the piece that plays, with what one may as well begin, and what comes next. */

import { useApp } from "../app/context.ts";
import type { NowPlaying } from "../app/sitting.ts";
import { reasonsFor, surenessOf } from "../listening/words.ts";
import type { Choice } from "../model/package.ts";
import { sayBasis, sayWhy } from "../words/saying.ts";

/** Another of the first tracks, as long as the first one plays. */
export function Firsts({ playing }: { playing: NowPlaying }) {
  const app = useApp();
  const { words } = app.language.value;
  const { conductor, player, firsts } = playing;
  const tracks = app.kept.value.catalogue?.tracks ?? [];
  const { session, heard } = conductor;
  if (heard.value.length > 1 || firsts.length < 2) return null;
  const others = firsts.filter((row) => session.value.tracks[row] !== heard.value[0]?.track);
  async function choose(row: number): Promise<void> {
    await conductor.beginWith(row);
    player.skip();
  }
  return (
    <section>
      <h2>{words.session.firsts}</h2>
      <div class="stack">
        {others.map((row) => {
          const track = tracks.find(({ id }) => id === session.value.tracks[row]);
          return (
            track && (
              <button type="button" key={row} onClick={() => choose(row)}>
                {words.session.by(track.title, track.artist)}
              </button>
            )
          );
        })}
      </div>
    </section>
  );
}

export function Why({ choice, isFirst }: { choice: Choice; isFirst: boolean }) {
  const app = useApp();
  const spoken = app.language.value;
  const { words, messages } = spoken;
  return (
    <details open>
      <summary>{words.session.why}</summary>
      <ul>
        {reasonsFor(choice, isFirst).map((reason) => (
          <li key={reason.key}>{sayWhy(spoken, reason)}</li>
        ))}
      </ul>
      <p>
        {words.session.sure}: <strong>{messages.sureness[surenessOf(choice.deviation)]}</strong>
      </p>
      <ul class="hint">
        {app.model.basis.value?.answers.map((one) => (
          <li key={one.answer}>{sayBasis(spoken, one)}</li>
        ))}
      </ul>
    </details>
  );
}

/** What comes after the track that plays. */
export function Rest({ playing }: { playing: NowPlaying }) {
  const app = useApp();
  const spoken = app.language.value;
  const { words, messages } = spoken;
  const { choices, next, tracks } = playing.conductor.session.value;
  const { byModel } = playing;
  const rest = choices.slice(next);
  const known = new Map(app.kept.value.catalogue?.tracks.map((track) => [track.id, track]));
  if (rest.length === 0) return null;
  return (
    <details>
      <summary>{words.session.rest}</summary>
      <ol>
        {rest.map((choice) => {
          const track = known.get(tracks[choice.row]);
          return (
            <li key={choice.row}>
              {words.session.by(track?.title ?? "", track?.artist ?? "")}
              {byModel && (
                <p class="hint">
                  {[
                    ...reasonsFor(choice, false).map((reason) => sayWhy(spoken, reason)),
                    messages.sureness[surenessOf(choice.deviation)],
                  ].join(" · ")}
                </p>
              )}
            </li>
          );
        })}
      </ol>
    </details>
  );
}
