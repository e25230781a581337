/** How far the piece is, and what is done about it: pause, next, like, not this one. */

import { useState } from "preact/hooks";
import { useApp } from "../app/context.ts";
import type { NowPlaying } from "../app/sitting.ts";
import type { Heard } from "../sessions/conducting.ts";
import { Likings } from "./Likings.tsx";
import { useTrack } from "./useTrack.ts";

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

/** What was noted of which track: told, and to be put right, until the one after it is over. */
interface Said {
  what: "liked" | "disliked" | "noted";
  play: Heard;
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
    setSaid({ what: "disliked", play: now });
    await conductor.like(now.track, 1);
    await conductor.skip();
    player.skip();
  }
  async function like(): Promise<void> {
    if (now === undefined) return;
    setSaid({ what: "liked", play: now });
    await conductor.like(now.track, 5);
  }
  const isRated = now === undefined || now.liking !== null;
  const isNews = said !== null && now !== undefined && now.position <= said.play.position + 1;
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
        {isNews && said.play.position < now.position && <Piece track={said.play.track} />}
        {isNews && say[said.what]}
      </p>
      {isNews && (
        <SayAgain
          key={said.play.track}
          playing={playing}
          track={said.play.track}
          onSaid={() => setSaid({ ...said, what: "noted" })}
        />
      )}
    </>
  );
}

/** Which piece it was, where another one plays by now. */
function Piece({ track }: { track: string }) {
  const known = useTrack(track);
  const { words } = useApp().language.value;
  return <strong>{words.session.by(known?.title ?? "", known?.artist ?? "")}: </strong>;
}

interface Given {
  playing: NowPlaying;
  track: string;
  onSaid: () => void;
}

/** A slip is put right: of what is said of a piece in one session the last word counts. */
function SayAgain({ playing: { conductor }, track, onSaid }: Given) {
  const { words } = useApp().language.value;
  const [isOpen, setOpen] = useState(false);
  const said = conductor.heard.value.find((play) => play.track === track);
  async function change(liking: number): Promise<void> {
    onSaid();
    await conductor.like(track, liking);
  }
  if (!isOpen) {
    return (
      <button type="button" class="plain" onClick={() => setOpen(true)}>
        {words.session.sayAgain}
      </button>
    );
  }
  return (
    <fieldset class="card">
      <legend>{words.session.likedHow}</legend>
      <Likings track={track} liking={said?.liking ?? null} onLiking={change} />
    </fieldset>
  );
}

/** 83 as 1:23. */
function clock(seconds: number, { whole }: { whole(value: number): string }): string {
  const rounded = Math.floor(seconds);
  const rest = String(rounded % 60).padStart(2, "0");
  return `${whole(Math.floor(rounded / 60))}:${rest}`;
}
