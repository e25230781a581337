/** What is asked after the music: the mood again, and the pieces. Everything can be left out. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Afterwards, TrackRating } from "../app/sitting.ts";
import type { Mood } from "../model/package.ts";
import { Likings } from "../parts/Likings.tsx";
import { MoodInput } from "../parts/MoodInput.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { ToHome } from "../parts/ToHome.tsx";

export function After({ wasBroken }: { wasBroken: boolean }) {
  const app = useApp();
  const { words } = app.language.value;
  const [mood, setMood] = useState<Mood | null>(null);
  const [isMissing, setMissing] = useState(false);
  function goOn(): void {
    if (mood === null) setMissing(true);
    else void app.sittings.rateAfter(mood);
  }
  return (
    <Page
      title={wasBroken ? words.mood.during : words.mood.after}
      actions={
        <>
          <button type="button" class="primary" onClick={goOn}>
            {words.common.next}
          </button>
          <button type="button" class="plain" onClick={() => app.sittings.rateAfter(null)}>
            {words.mood.skip}
          </button>
        </>
      }
    >
      {wasBroken && <Notice>{words.home.broken}</Notice>}
      <p class="hint">{words.mood.hint}</p>
      <MoodInput mood={mood} onMood={setMood} />
      {isMissing && mood === null && <Notice kind="bad">{words.mood.untouched}</Notice>}
    </Page>
  );
}

/** The tracks that were not rated while they played. Nothing is kept before it is done: a slip is put
 * right by another tap. */
export function RateTracks({ after }: { after: Afterwards }) {
  const app = useApp();
  const { words } = app.language.value;
  const [ratings, setRatings] = useState(new Map<string, TrackRating>());
  const open = after.heard.filter(({ liking }) => liking === null);
  const tracks = [...new Set(open.map(({ track }) => track))];
  return (
    <Page
      title={words.after.tracks}
      actions={
        <button
          type="button"
          class="primary"
          onClick={() => app.sittings.rateTracks([...ratings.values()])}
        >
          {words.common.done}
        </button>
      }
    >
      <p class="hint">{words.after.tracksHint}</p>
      <ul class="plain-list">
        {tracks.map((track) => (
          <li key={track} class="card">
            <RateTrack
              track={track}
              rating={ratings.get(track)}
              onRating={(rating) => setRatings(new Map(ratings).set(track, rating))}
            />
          </li>
        ))}
      </ul>
    </Page>
  );
}

interface TrackGiven {
  track: string;
  rating: TrackRating | undefined;
  onRating: (rating: TrackRating) => void;
}

const KNOWN = 5; // of 5: "know it well"

function RateTrack({ track, rating, onRating }: TrackGiven) {
  const app = useApp();
  const { words } = app.language.value;
  const known = app.kept.value.catalogue?.tracks.find(({ id }) => id === track);
  const familiarity = rating?.familiarity ?? null;
  return (
    <fieldset>
      <legend>{words.session.by(known?.title ?? "", known?.artist ?? "")}</legend>
      <Likings
        track={track}
        liking={rating?.liking ?? null}
        onLiking={(liking) => onRating({ track, liking, familiarity })}
      />
      {rating !== undefined && (
        <label class="option">
          <input
            type="checkbox"
            checked={familiarity === KNOWN}
            onChange={({ currentTarget: { checked } }) =>
              onRating({ ...rating, familiarity: checked ? KNOWN : null })
            }
          />
          {words.after.familiar}
        </label>
      )}
    </fieldset>
  );
}

export function Done({ after }: { after: Afterwards }) {
  const app = useApp();
  const { words } = app.language.value;
  return (
    <Page title={words.after.done} actions={<ToHome />}>
      <p>{words.after.doneHint}</p>
      <section class="card">
        <h2>{words.after.moved}</h2>
        <dl class="moods">
          <MoodInWords name={words.history.before} mood={after.before} />
          <MoodInWords name={words.history.after} mood={after.after} />
        </dl>
        <p class="hint">{words.history.change}</p>
      </section>
    </Page>
  );
}

function MoodInWords({ name, mood }: { name: string; mood: Mood | null }) {
  const { words, numbers } = useApp().language.value;
  const percent = (value: number) => Math.round((value + 1) * 50);
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {mood === null
          ? words.after.notRated
          : `${words.mood.valenceText(percent(mood[0]), numbers)}, ${words.mood.arousalText(percent(mood[1]), numbers)}`}
      </dd>
    </>
  );
}
