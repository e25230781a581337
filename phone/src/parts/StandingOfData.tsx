/** What waits to be handed over, and what stands in the way. */

import { useApp } from "../app/context.ts";
import { addressOf } from "../app/routes.ts";
import { Notice } from "./Notice.tsx";

export function StandingOfData() {
  const app = useApp();
  const { words, messages, numbers } = app.language.value;
  const { device, waiting, aside } = app.kept.value;
  const say = messages.handingOver;
  return (
    <>
      {device?.ended && (
        <Notice kind="bad">
          <p>{say.notConnected}</p>
          <a class="button" href={`#${addressOf("pair")}`}>
            {words.pair.again}
          </a>
        </Notice>
      )}
      {app.isFull.value && <Notice kind="bad">{say.full}</Notice>}
      {!app.isOnline.value && <p class="hint">{words.home.offline}</p>}
      <MusicComing />
      <p class="hint" role="status">
        {waiting > 0 ? say.waiting(waiting, numbers) : say.allThere}
      </p>
      {aside > 0 && (
        <p class="hint">
          <a href={`#${addressOf("data")}`}>{say.aside(aside, numbers)}</a>
        </p>
      )}
    </>
  );
}

/** As long as music is missing that is to be here. */
function MusicComing() {
  const app = useApp();
  const { messages, numbers } = app.language.value;
  const { ahead, steps } = app.keeping;
  if (ahead.value === null || ahead.value.here >= ahead.value.of) return null;
  const came = steps.value.music;
  const ended = came?.outcome === "music" ? came.music.outcome : "done";
  return (
    <p class="hint">
      {messages.readying.music(ahead.value.here, ahead.value.of, numbers)}{" "}
      {ended !== "done" && messages.readying.musicEnded[ended]}
    </p>
  );
}
