/** The heart rate of a sensor, for the patient alone: off until they choose it, each time anew. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { canSense, listenToHeart, type Sensor } from "../heart/sensor.ts";

type State = "off" | "asked" | "on" | "lost" | "none";

export function HeartRate() {
  const { words, numbers } = useApp().language.value;
  const say = words.heart;
  const [state, setState] = useState<State>("off");
  const [beats, setBeats] = useState<number | null>(null);
  const sensor = useRef<Sensor>(undefined);
  useEffect(() => () => sensor.current?.stop(), []);
  if (!canSense()) return null;

  async function agree(): Promise<void> {
    try {
      sensor.current = await listenToHeart(setBeats, () => setState("lost"));
      setState("on");
    } catch {
      setState("none");
    }
  }
  function stop(): void {
    sensor.current?.stop();
    sensor.current = undefined;
    setBeats(null);
    setState("off");
  }
  if (state === "on") {
    return (
      <section class="card">
        <p class="beats">{beats === null ? "–" : say.rate(beats, numbers)}</p>
        <p class="hint">{say.notDiagnosis}</p>
        <button type="button" class="plain" onClick={stop}>
          {say.stop}
        </button>
      </section>
    );
  }
  if (state === "asked") {
    return (
      <section class="card">
        <p>{say.notDiagnosis}</p>
        <div class="row">
          <button type="button" onClick={agree}>
            {words.common.yes}
          </button>
          <button type="button" onClick={stop}>
            {words.common.no}
          </button>
        </div>
      </section>
    );
  }
  return (
    <>
      {state === "lost" && <p role="status">{say.lost}</p>}
      {state === "none" && <p role="status">{say.none}</p>}
      <button type="button" class="plain" onClick={() => setState("asked")}>
        {say.connect}
      </button>
    </>
  );
}
