/** Just connected: the patient is asked what they agree to; then what the app needs is fetched. */

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
  useEffect(() => void app.keeping.look().then(ask), []);
  const left = STEPS.filter((step) => (steps.value[step]?.outcome ?? "skipped") === "skipped");
  const done = STEPS.length - left.length;
  const { plan } = app.kept.value;
  const isReady = plan !== undefined;
  const here = ahead.value;
  // A session can be made as soon as there is music for it.
  const isEnough = isReady && here !== null && here.here >= Math.min(plan.track_count, here.of);
  const isWaiting = isBusy.value || Object.keys(steps.value).length === 0;
  function ask(): void {
    const { consents, standing } = app.kept.value;
    const isAsked = consents.some(({ scope }) => (standing.get(scope) ?? null) === null);
    if (isAsked) go("consent", "", { instead: true });
  }
  return (
    <Page
      title={words.ready.title}
      actions={
        <button
          type="button"
          class="primary"
          disabled={!isEnough && isWaiting}
          onClick={() => go("home", "", { instead: true })}
        >
          {words.ready.go}
        </button>
      }
    >
      {device && <p>{words.settings.connected(device.clinicName, device.patientCode)}</p>}
      <p>{words.ready.intro}</p>
      <Meter
        label={left.length === 0 ? words.common.done : `${words.ready.now} ${say.step[left[0]]}`}
        value={done}
        most={STEPS.length}
        text={words.ready.of(done, STEPS.length, numbers)}
      />
      <MusicMeter />
      {here !== null && here.here < here.of && <p class="hint">{words.ready.goHint}</p>}
      {!isWaiting && !isReady && <Notice kind="bad">{say.notAll}</Notice>}
    </Page>
  );
}
