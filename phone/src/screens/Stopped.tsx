/** After a stop: something to hold on to, and a reason if the patient likes. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { Page } from "../parts/Page.tsx";
import { STOP_REASONS, type StopReason } from "../sessions/reports.ts";
import { Help } from "./Help.tsx";

export function Stopped() {
  const app = useApp();
  const { words } = app.language.value;
  const say = words.stopped;
  const [isWorse, setWorse] = useState(false);
  function choose(reason: StopReason | null): void {
    if (reason === "felt-worse") setWorse(true);
    else void app.sittings.sayWhy(reason);
  }
  if (isWorse) return <Help about="worse" onBack={() => app.sittings.sayWhy("felt-worse")} />;
  return (
    <Page
      title={say.title}
      actions={
        <button type="button" class="equal" onClick={() => choose(null)}>
          {say.noReason}
        </button>
      }
    >
      <p>{say.intro}</p>
      <ul class="grounding">
        {say.ground.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      <h2>{say.why}</h2>
      <div class="stack">
        {STOP_REASONS.map((reason) => (
          <button type="button" key={reason} onClick={() => choose(reason)}>
            {say.reasons[reason]}
          </button>
        ))}
      </div>
    </Page>
  );
}
