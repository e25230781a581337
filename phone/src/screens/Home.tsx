/** Today: what there is to do now, and how the app stands. */

import { useEffect } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { addressOf, go } from "../app/routes.ts";
import { update } from "../app/updating.ts";
import type { Plan } from "../listening/plan.ts";
import { nextAssignment } from "../listening/trial.ts";
import { applyUpdate } from "../offline/updating.ts";
import { Install } from "../parts/Install.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { StandingOfData } from "../parts/StandingOfData.tsx";
import { dealtWith, nextOccasion, openOccasion, room } from "../sessions/calendar.ts";
import { measuresDue } from "../sessions/due.ts";
import { sittingsOf, usualMinutes } from "../sessions/looking.ts";
import { WithoutModel } from "./OwnChoice.tsx";
import { OthersHere } from "./Pairing.tsx";

export function Home() {
  const app = useApp();
  const { words } = app.language.value;
  const { plan } = app.kept.value;
  return (
    <Page title={words.home.title} actions={plan !== undefined && <Begin plan={plan} />}>
      <OthersHere />
      <OpenQuestions />
      {plan === undefined ? (
        <Notice>
          <p>{words.home.noPlan}</p>
          <p>{words.home.noPlanHint}</p>
        </Notice>
      ) : (
        <>
          <WithoutModel />
          <WhatIsDue plan={plan} />
          <ThePlan plan={plan} />
          <Compared plan={plan} />
          {plan.homework !== "" && (
            <section class="card">
              <h2>{words.home.homework}</h2>
              <p class="own-words">{plan.homework}</p>
            </section>
          )}
        </>
      )}
      <StandingOfData />
      <Update />
      <Install />
    </Page>
  );
}

/** Consents that nobody has asked about yet, or must ask about again. */
function OpenQuestions() {
  const app = useApp();
  const { words } = app.language.value;
  const { consents, standing, askAgain } = app.kept.value;
  const isOpen = consents.some(({ scope }) => (standing.get(scope) ?? null) === null);
  if (!isOpen && askAgain.length === 0) return null;
  return (
    <section class="card">
      <p>{words.home.consents}</p>
      <a class="button" href={`#${addressOf("consent")}`}>
        {words.home.answer}
      </a>
    </section>
  );
}

function Update() {
  const { words } = useApp().language.value;
  const waiting = update.value;
  if (waiting === null) return null;
  return (
    <Notice>
      <p>{words.home.update}</p>
      <button type="button" onClick={() => applyUpdate(waiting)}>
        {words.home.updateButton}
      </button>
    </Notice>
  );
}

/** The two ways to listen; none where the plan forbids it now. */
function Begin({ plan }: { plan: Plan }) {
  const app = useApp();
  const { words } = app.language.value;
  if (room(plan, app.past.value, app.now()).against !== null) return null;
  const { state } = app.model.state.value;
  if (state === "looking") {
    return (
      <button type="button" class="primary big" disabled>
        {words.common.working}
      </button>
    );
  }
  const byModel = state === "ready";
  return (
    <>
      <button type="button" class="primary big" onClick={() => go("session")}>
        {words.home.make}
      </button>
      {byModel && (
        <button type="button" class="equal" onClick={() => app.begin(null, true)}>
          {words.home.calm}
        </button>
      )}
    </>
  );
}

function ThePlan({ plan }: { plan: Plan }) {
  const app = useApp();
  const { words, numbers, date } = app.language.value;
  const last = sittingsOf(app.past.value).at(-1);
  const length = usualMinutes(plan.track_count, app.kept.value.catalogue?.tracks ?? []);
  return (
    <>
      <p>{words.home.plan(plan.track_count, length ?? plan.minutes, numbers)}</p>
      {last !== undefined && <p class="hint">{words.home.lastTime(date(last.startedAt))}</p>}
    </>
  );
}

/** That chance decides something, and the way out of it. What is compared stands nowhere. */
function Compared({ plan }: { plan: Plan }) {
  const app = useApp();
  const { words } = app.language.value;
  const isOn = app.kept.value.standing.get("experiments") === true;
  if (!isOn || nextAssignment(plan, new Set()) === null) return null;
  return (
    <>
      <p class="hint">{words.home.compared}</p>
      <p>
        <a href={`#${addressOf("consent", "experiments")}`}>{words.home.stopComparing}</a>
      </p>
    </>
  );
}

function WhatIsDue({ plan }: { plan: Plan }) {
  const app = useApp();
  const { words, numbers, time } = app.language.value;
  const say = words.home;
  const now = app.now();
  const { against } = room(plan, app.past.value, now);
  const due = openOccasion(plan, app.past.value, now);
  useEffect(() => void app.keeping.offered(), [plan.id, due?.opens]); // shown now, or run out
  if (against === "paused") return <Notice>{say.paused}</Notice>;
  if (against === "ended") return <Notice>{say.planEnded}</Notice>;
  const next = nextOccasion(plan, now);
  const measures = measuresDue(plan, dealtWith(app.past.value), "any-time", now);
  return (
    <>
      {against !== null && <Notice>{say.against[against]}</Notice>}
      {due !== undefined && (
        <section class="card">
          <p class="strong">{say.due(time(due.closes))}</p>
          <a href={`#${addressOf("not-today")}`}>{say.notToday}</a>
        </section>
      )}
      {due === undefined && next !== undefined && <p>{say.next(time(next.opens))}</p>}
      {measures.length > 0 && (
        <section class="card">
          <p>{say.measures(measures.length, numbers)}</p>
          <a class="button" href={`#${addressOf("measure", measures[0].measure)}`}>
            {say.answer}
          </a>
        </section>
      )}
    </>
  );
}
