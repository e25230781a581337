/** Whom to call, at once and without a network (docs/safety.md). */

import { useApp } from "../app/context.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { nameOfCountry } from "../words/language.ts";

interface Given {
  /** Why it is shown: `safety`, an answer about self-harm; `worse`; empty: it was asked for. */
  about: string;
  onBack?: () => void;
}

export function Help({ about, onBack = () => history.back() }: Given) {
  const app = useApp();
  const { words, tag } = app.language.value;
  const { plan } = app.kept.value;
  const own = app.kept.value.crisis;
  const line = app.settings.value.helpLine; // which a lock does not hide
  const crisis = own ?? line;
  const say = words.help;
  const ownPlan = own?.crisis_plan || plan?.crisis_plan || "";
  return (
    <Page
      title={say.title}
      actions={
        <button type="button" class="equal" onClick={onBack}>
          {say.back}
        </button>
      }
    >
      {about === "safety" && <p class="strong">{say.safety}</p>}
      {about === "worse" && <p class="strong">{say.worse}</p>}
      {crisis === undefined ? (
        <Notice>{say.missing}</Notice>
      ) : (
        <>
          {crisis.phone !== "" && (
            <a class="call" href={`tel:${dialled(crisis.phone)}`}>
              {say.call(crisis.line)}
              <strong>{crisis.phone}</strong>
            </a>
          )}
          {crisis.page !== "" && (
            <p>
              <a href={crisis.page} rel="noreferrer noopener">
                {say.page}: {crisis.line}
              </a>
            </p>
          )}
          {crisis.emergency !== "" && <Emergency number={crisis.emergency} />}
          {line !== undefined && line.country !== "" && (
            <p class="hint">{say.country(nameOfCountry(line.country, tag))}</p>
          )}
          <p class="hint">{own?.not_watched ?? say.notWatched}</p>
        </>
      )}
      {ownPlan !== "" && (
        <section>
          <h2>{say.plan}</h2>
          <p class="own-words">{ownPlan}</p>
        </section>
      )}
    </Page>
  );
}

/** A number to call or, where the country is not known, what to look for. */
function Emergency({ number }: { number: string }) {
  const { words } = useApp().language.value;
  const digits = dialled(number);
  if (digits === "") return <p class="strong">{words.help.emergency(number)}</p>;
  return (
    <a class="call" href={`tel:${digits}`}>
      {words.help.emergency(number)}
    </a>
  );
}

/** The digits of a number as it is written; the first of several. */
function dialled(written: string): string {
  return /[+\d][\d ()./-]*/.exec(written)?.[0].replace(/[^+\d]/g, "") ?? "";
}
