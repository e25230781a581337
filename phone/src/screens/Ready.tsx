/** Just connected: what the app needs is fetched; then the patient is asked what they agree to. */

import { useEffect } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import { Meter } from "../parts/Meter.tsx";
import { MusicMeter } from "../parts/MusicMeter.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { STEPS } from "../readying/renewing.ts";

export function Ready() {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const { steps, ahead, isBusy } = app.keeping;
  const { device } = app.kept.value;
  const say = messages.readying;
  useEffect(() => {
    void app.keeping.look();
  }, []);
  const done = STEPS.filter((step) => steps.value[step] !== undefined).length;
  const now = STEPS.find((step) => steps.value[step] === undefined);
  const hasConsents = app.kept.value.consents.length > 0;
  function goOn(): void {
    const { consents, standing } = app.kept.value;
    const isAsked = consents.some(({ scope }) => (standing.get(scope) ?? null) === null);
    go(isAsked ? "consent" : "home", "", { instead: true });
  }
  return (
    <Page
      title={words.ready.title}
      actions={
        <button
          type="button"
          class="primary"
          disabled={!hasConsents && isBusy.value}
          onClick={goOn}
        >
          {words.ready.go}
        </button>
      }
    >
      {device && <p>{words.settings.connected(device.clinicName, device.patientCode)}</p>}
      <p>{words.ready.intro}</p>
      <Meter
        label={now === undefined ? words.common.done : `${words.ready.now} ${say.step[now]}`}
        value={done}
        most={STEPS.length}
        text={words.ready.of(done, STEPS.length, numbers)}
      />
      <MusicMeter />
      {ahead.value !== null && <p class="hint">{words.ready.goHint}</p>}
      {!isBusy.value && !hasConsents && <Notice kind="bad">{say.notAll}</Notice>}
    </Page>
  );
}
