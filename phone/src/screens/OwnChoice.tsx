/** Choosing pieces by oneself, where there is no model: what the plan allows and is on the phone. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import { go } from "../app/routes.ts";
import type { Track } from "../listening/catalogue.ts";
import type { Mood } from "../model/package.ts";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";

/** `mood`: null where it was not said. */
export function OwnChoice({ mood }: { mood: Mood | null }) {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const [tracks, setTracks] = useState<Track[] | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  useEffect(() => {
    void app.model.toChooseFrom().then(setTracks);
  }, []);
  function change(id: string): void {
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  }
  return (
    <Page
      title={words.own.title}
      back={() => go("home")}
      actions={
        <button
          type="button"
          class="primary big"
          disabled={chosen.length === 0}
          onClick={() => app.begin(mood, false, chosen)}
        >
          {words.own.play(chosen.length, numbers)}
        </button>
      }
    >
      <WithoutModel />
      {tracks?.length === 0 && <Notice>{messages.nothingToPlay["not-at-hand"]}</Notice>}
      <div class="stack">
        {tracks?.map(({ id, title, artist }) => (
          <label key={id} class="option">
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => change(id)} />
            {words.session.by(title, artist)}
          </label>
        ))}
      </div>
    </Page>
  );
}

/** Why there is no model that may be used, and what can be done all the same. */
export function WithoutModel() {
  const app = useApp();
  const { messages } = app.language.value;
  const model = app.model.state.value;
  const say = messages.readying.withoutModel;
  if (model.state === "none") return <Notice>{say.none}</Notice>;
  if (model.state !== "refused") return null;
  return <Notice>{model.reason === "expired" ? say.expired : say.other}</Notice>;
}
