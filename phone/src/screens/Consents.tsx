/** What the patient agrees to: one text and one decision on each screen (docs/consent.md). */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { ConsentText } from "../app/kept.ts";
import { go } from "../app/routes.ts";
import { decide } from "../consent/deciding.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { nameOfLanguage } from "../words/language.ts";

interface Given {
  consent: ConsentText;
  /** Which of how many, where several are asked one after the other. */
  step?: [now: number, all: number];
  onDecided: () => void;
}

/** One decision. Both answers are of one size: neither is the expected one. */
export function Consent({ consent, step, onDecided }: Given) {
  const app = useApp();
  const { words, numbers, tag } = app.language.value;
  const { scope, text } = consent;
  const [isAsked, setAsked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const say = words.consent;
  const stands = app.kept.value.standing.get(scope) ?? null;
  const mustAsk = scope === "care" && stands !== null; // taking care back deletes

  async function answer(given: boolean): Promise<void> {
    if (!given && mustAsk && !isAsked) {
      setAsked(true);
      return;
    }
    setBusy(true);
    const { device } = app.kept.value;
    await decide(app.database, app.around, device?.patientId ?? "", scope, given, text);
    if (scope === "care") await app.model.look();
    await app.refresh();
    app.keeping.happened(); // the clinic is told, and what follows of it is fetched
    setBusy(false);
    onDecided();
  }

  if (isAsked) {
    return (
      <Page
        title={say.takeBack}
        actions={
          <>
            <button type="button" class="stop" disabled={isBusy} onClick={() => answer(false)}>
              {say.takeBackSure}
            </button>
            <button type="button" class="equal" onClick={() => setAsked(false)}>
              {words.common.cancel}
            </button>
          </>
        }
      >
        <Notice kind="bad">{say.takeBackCare}</Notice>
      </Page>
    );
  }
  return (
    <Page
      title={text.title}
      back={step === undefined ? () => history.back() : undefined}
      actions={
        <>
          <button type="button" class="equal" disabled={isBusy} onClick={() => answer(true)}>
            {say.yes[scope]}
          </button>
          <button type="button" class="equal" disabled={isBusy} onClick={() => answer(false)}>
            {say.no[scope]}
          </button>
        </>
      }
    >
      {step && <p class="hint">{say.step(...step, numbers)}</p>}
      {stands !== null && <p class="hint">{stands ? say.stands.yes : say.stands.no}</p>}
      {app.kept.value.askAgain.includes(scope) && <Notice>{say.again}</Notice>}
      {!sameLanguage(text.language, tag) && (
        <p class="hint">{say.language(nameOfLanguage(text.language, tag))}</p>
      )}
      <div lang={text.language} class="reading">
        {text.paragraphs.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
    </Page>
  );
}

/** All that was never asked, one after the other; then what was agreed to is fetched. */
export function FirstConsents() {
  const app = useApp();
  const { consents, standing, askAgain } = app.kept.value;
  const [first] = useState(() =>
    consents.filter(
      ({ scope }) => (standing.get(scope) ?? null) === null || askAgain.includes(scope),
    ),
  );
  const [place, setPlace] = useState(0);
  const consent = first[place];
  function onDone(): void {
    go(app.kept.value.plan === undefined ? "ready" : "home", "", { instead: true });
  }
  useEffect(() => {
    if (first.length === 0) onDone();
  }, [first]);
  if (consent === undefined) return null;
  function next(): void {
    const isNo = app.kept.value.standing.get("care") === false;
    if (isNo || place + 1 === first.length) onDone();
    else setPlace(place + 1);
  }
  return (
    <Consent
      key={consent.scope}
      consent={consent}
      step={[place + 1, first.length]}
      onDecided={next}
    />
  );
}

/** One scope, to decide anew. */
export function ConsentAnew({ about }: { about: string }) {
  const app = useApp();
  const consent = app.kept.value.consents.find(({ scope }) => scope === about);
  const { words } = app.language.value;
  if (consent === undefined) {
    return (
      <Page title={words.settings.consents} back={() => history.back()}>
        <Notice>{words.consent.missing}</Notice>
      </Page>
    );
  }
  return (
    <Consent
      key={about}
      consent={consent}
      onDecided={() => go(about === "care" ? "home" : "settings")}
    />
  );
}

/** Care has ended: there is nothing else to do here than to decide anew. */
export function CareEnded() {
  const app = useApp();
  const { words } = app.language.value;
  const care = app.kept.value.consents.find(({ scope }) => scope === "care");
  return (
    <Page
      title={words.ended.title}
      actions={
        care && (
          <button type="button" class="equal" onClick={() => go("consent", "care")}>
            {words.ended.read}
          </button>
        )
      }
    >
      <p>{words.ended.intro}</p>
      <p>
        <a href="#/history">{words.tabs.history}</a>
      </p>
      <p>
        <a href="#/settings">{words.tabs.settings}</a>
      </p>
    </Page>
  );
}

function sameLanguage(one: string, other: string): boolean {
  return one.toLowerCase().split("-")[0] === other.toLowerCase().split("-")[0];
}
