/** The patient's own history, and what the model has learned of it, in words. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { Learned } from "../listening/learned.ts";
import { MoodChart } from "../parts/MoodChart.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { type Sitting, sittingsOf, usualMood } from "../sessions/looking.ts";
import { sayBasis, sayLearned } from "../words/saying.ts";

export function History() {
  const app = useApp();
  const { words } = app.language.value;
  const say = words.history;
  const sittings = sittingsOf(app.past.value);
  return (
    <Page title={say.title}>
      {sittings.length === 0 ? (
        <p>{say.empty}</p>
      ) : (
        <>
          <MoodChart sittings={sittings} />
          <p class="hint">{say.change}</p>
        </>
      )}
      <WhatWasLearned />
      {sittings.length > 0 && (
        <section>
          <h2>{say.sessions}</h2>
          <ol class="plain-list">
            {sittings.toReversed().map((sitting) => (
              <Line key={sitting.id} sitting={sitting} />
            ))}
          </ol>
        </section>
      )}
    </Page>
  );
}

function Line({ sitting }: { sitting: Sitting }) {
  const { words, numbers, date, time } = useApp().language.value;
  const say = words.history;
  const ending = { completed: null, stopped: say.stopped, open: say.goesOn }[sitting.ending];
  return (
    <li class="card">
      <strong>
        {date(sitting.startedAt)}, {time(sitting.startedAt)}
      </strong>
      <span>{say.heard(sitting.tracks, numbers)}</span>
      {ending !== null && <span>{ending}</span>}
    </li>
  );
}

const FEWEST_RATED = 5; // of fewer next to nothing can be said; a step of ours

function WhatWasLearned() {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const [learned, setLearned] = useState<Learned[] | null>(null);
  const basis = app.model.basis.value;
  const rated = basis?.ratedTracks ?? 0;
  useEffect(() => {
    void app.model.learned(usualMood(app.past.value)).then(setLearned, () => setLearned([]));
  }, [rated]);
  const sentences = (learned ?? []).map((one) => sayLearned(app.language.value, one));
  const isEnough = rated >= FEWEST_RATED;
  const said = [...new Set(sentences.filter((sentence) => sentence !== undefined))];
  return (
    <section>
      <h2>{words.history.learned}</h2>
      {basis !== null && <p class="hint">{words.history.ratings(rated, numbers)}</p>}
      {isEnough && said.length > 0 ? (
        <>
          <p>{messages.learnedIs}</p>
          <ul>
            {said.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      ) : (
        <Notice>{words.history.nothingLearned}</Notice>
      )}
      {basis !== null && basis.answers.length > 0 && (
        <details>
          <summary>{words.session.basis}</summary>
          <ul>
            {basis.answers.map((one) => (
              <li key={one.answer}>{sayBasis(app.language.value, one)}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
