/** A session, stage by stage. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import type { Asked } from "../listening/plan.ts";
import type { Mood } from "../model/package.ts";
import { MoodInput } from "../parts/MoodInput.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { ToHome } from "../parts/ToHome.tsx";
import { dealtWith } from "../sessions/calendar.ts";
import { type Moment, measuresDue } from "../sessions/due.ts";
import { After, Done, RateTracks } from "./After.tsx";
import { Listening } from "./Listening.tsx";
import { MeasureForm } from "./MeasureForm.tsx";
import { OwnChoice } from "./OwnChoice.tsx";
import { Stopped } from "./Stopped.tsx";

export function Session() {
  const app = useApp();
  const { words } = app.language.value;
  const stage = app.sittings.stage.value;
  switch (stage.is) {
    case "none":
      return <Before />;
    case "making":
      return (
        <Page title={words.session.making}>
          <p aria-busy="true">{words.common.working}</p>
        </Page>
      );
    case "nothing":
      return <Nothing reason={stage.reason} />;
    case "elsewhere":
      return <Elsewhere />;
    case "listening":
      return <Listening playing={stage.playing} />;
    case "stopped":
      return <Stopped />;
    case "mood-after":
      return <After wasBroken={stage.wasBroken === true} />;
    case "measures":
      return (
        <Measures
          moment="after-session"
          session={stage.after.started.id}
          onDone={() => app.sittings.measuresDone()}
        />
      );
    case "tracks":
      return <RateTracks after={stage.after} />;
    case "done":
      return <Done after={stage.after} />;
  }
}

/** What is asked before the music: questionnaires, then the mood. */
function Before() {
  const [isAsked, setAsked] = useState(false);
  if (!isAsked) {
    return <Measures moment="before-session" session={null} onDone={() => setAsked(true)} />;
  }
  return <MoodBefore />;
}

function MoodBefore() {
  const app = useApp();
  const { words } = app.language.value;
  const [mood, setMood] = useState<Mood | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [isSaid, setSaid] = useState(false);
  const { plan } = app.kept.value;
  const byModel = app.model.state.value.state === "ready";
  function goOn(said: Mood | null): void {
    if (byModel) void app.begin(said, false);
    else setSaid(true);
  }
  function make(): void {
    if (mood === null) setMissing(true);
    else goOn(mood);
  }
  function skip(): void {
    setMood(null);
    goOn(null);
  }
  if (isSaid) return <OwnChoice mood={mood} />;
  return (
    <Page
      title={words.mood.before}
      back={() => go("home")}
      actions={
        <>
          <button type="button" class="primary big" onClick={make}>
            {byModel ? words.mood.make : words.common.next}
          </button>
          <button type="button" class="plain" onClick={skip}>
            {words.mood.skip}
          </button>
        </>
      }
    >
      <p class="hint">{words.mood.hint}</p>
      <MoodInput mood={mood} onMood={setMood} />
      {isMissing && mood === null && <Notice kind="bad">{words.mood.untouched}</Notice>}
      {plan?.output === "headphones" && <p class="hint">{words.session.headphones}</p>}
      {plan?.output === "speaker" && <p class="hint">{words.session.speaker}</p>}
    </Page>
  );
}

interface MeasuresGiven {
  moment: Moment;
  session: string | null;
  onDone: () => void;
}

/** The questionnaires that are due at a moment and are on the phone, one after the other. */
function Measures({ moment, session, onDone }: MeasuresGiven) {
  const app = useApp();
  const { plan, measures } = app.kept.value;
  const [asked] = useState(() => {
    const due = plan ? measuresDue(plan, dealtWith(app.past.value), moment, app.now()) : [];
    return due.filter(({ measure }) => measures.some(({ key }) => key === measure));
  });
  const [place, setPlace] = useState(0);
  const now: Asked | undefined = asked[place];
  useEffect(() => {
    if (now === undefined) onDone();
  }, [now]);
  const measure = measures.find(({ key }) => key === now?.measure);
  if (now === undefined || measure === undefined) return null;
  return (
    <MeasureForm
      key={measure.key}
      measure={measure}
      maySkip={now.may_skip}
      session={session}
      onDone={() => setPlace(place + 1)}
    />
  );
}

function Nothing({ reason }: { reason: keyof ReturnType<typeof useReasons> }) {
  const reasons = useReasons();
  const { words } = useApp().language.value;
  return <NoSession title={words.session.nothing} why={reasons[reason]} />;
}

/** A session is on in another tab. */
function Elsewhere() {
  const { words } = useApp().language.value;
  return <NoSession title={words.session.elsewhere} why={words.session.elsewhereHint} />;
}

function NoSession({ title, why }: { title: string; why: string }) {
  return (
    <Page title={title} actions={<ToHome />}>
      <Notice kind="bad">{why}</Notice>
    </Page>
  );
}

function useReasons() {
  return useApp().language.value.messages.nothingToPlay;
}
