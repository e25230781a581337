/** How far the piece is, and what is done about it: pause, next, like, not this one. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { NowPlaying } from "../app/sitting.ts";

export function Position({ playing }: { playing: NowPlaying }) {
  const { words, messages, numbers } = useApp().language.value;
  const { now, all } = playing.position.value;
  const isKnown = Number.isFinite(all) && all > 0;
  if (playing.standing.value === "silence") return <p>{messages.playing.silence}</p>;
  return (
    <div class="position">
      <progress aria-hidden="true" value={isKnown ? now : 0} max={isKnown ? all : 1} />
      <span class="hint">
        {isKnown && words.session.position(clock(now, numbers), clock(all, numbers))}
      </span>
    </div>
  );
}

/** What was noted of which track: told until the one after it is over. */
interface Said {
  what: "liked" | "disliked";
  at: number;
}

export function Keys({ playing }: { playing: NowPlaying }) {
  const { words } = useApp().language.value;
  const { player, conductor, standing } = playing;
  const [said, setSaid] = useState<Said | null>(null);
  const now = conductor.heard.value.at(-1);
  const isPlaying = standing.value === "playing";
  const say = words.session;
  async function skip(): Promise<void> {
    await conductor.skip();
    player.skip();
  }
  async function dislike(): Promise<void> {
    if (now === undefined) return;
    setSaid({ what: "disliked", at: now.position });
    await conductor.like(now.track, 1);
    await conductor.skip();
    player.skip();
  }
  async function like(): Promise<void> {
    if (now === undefined) return;
    setSaid({ what: "liked", at: now.position });
    await conductor.like(now.track, 5);
  }
  const isRated = now === undefined || now.liking !== null;
  const isNews = said !== null && now !== undefined && now.position <= said.at + 1;
  return (
    <>
      <div class="keys">
        <button type="button" disabled={isRated} onClick={dislike}>
          {say.dislike}
        </button>
        <button
          type="button"
          class="primary round"
          onClick={() => (isPlaying ? player.pause() : player.resume())}
        >
          {isPlaying ? say.pause : say.play}
        </button>
        <button type="button" disabled={isRated} onClick={like}>
          {say.like}
        </button>
      </div>
      <div class="row">
        <button type="button" class="plain" onClick={skip}>
          {say.next}
        </button>
      </div>
      <p class="hint" role="status">
        {isNews && say[said.what]}
      </p>
    </>
  );
}

/** 83 as 1:23. */
function clock(seconds: number, { whole }: { whole(value: number): string }): string {
  const rounded = Math.floor(seconds);
  const rest = String(rounded % 60).padStart(2, "0");
  return `${whole(Math.floor(rounded / 60))}:${rest}`;
}
