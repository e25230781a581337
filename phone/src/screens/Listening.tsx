/** While the music plays: what it is and why, and everything that one may want to do about it. */

import { useApp } from "../app/context.ts";
import type { NowPlaying } from "../app/sitting.ts";
import { Breathing } from "../parts/Breathing.tsx";
import { Firsts, Rest, Why } from "../parts/Choices.tsx";
import { FeelDifferent } from "../parts/FeelDifferent.tsx";
import { HeartRate } from "../parts/HeartRate.tsx";
import { LiveMood } from "../parts/LiveMood.tsx";
import { Notice } from "../parts/Notice.tsx";
import { Page } from "../parts/Page.tsx";
import { Keys, Position } from "../parts/PlayerKeys.tsx";
import { SoundSettings } from "../parts/SoundSettings.tsx";
import { useTrack } from "../parts/useTrack.ts";

export function Listening({ playing }: { playing: NowPlaying }) {
  const app = useApp();
  const { words } = app.language.value;
  const say = words.session;
  const heard = playing.conductor.heard.value;
  const now = heard.at(-1);
  const track = useTrack(now?.track);
  const plan = app.kept.value.plan;
  const isUnsaid = playing.byModel && !playing.isLive && playing.before === null;
  return (
    <Page
      title={track?.title ?? say.making}
      place="listening"
      actions={
        <button type="button" class="stop" onClick={() => app.sittings.stop()}>
          {say.stop}
        </button>
      }
    >
      {track !== undefined && track.artist !== "" && <p class="artist">{track.artist}</p>}
      {isUnsaid && <p class="hint">{words.mood.skipped}</p>}
      <Position playing={playing} />
      <Keys playing={playing} />
      <Told playing={playing} />
      {playing.byModel && playing.isLive && (
        <>
          <LiveMood conductor={playing.conductor} from={playing.before} />
          <HeartRate />
        </>
      )}
      {playing.byModel && !playing.isLive && <FeelDifferent playing={playing} />}
      <Firsts playing={playing} />
      {now !== undefined && playing.byModel && (
        <Why choice={now.choice} isFirst={now.position === 0} />
      )}
      {plan?.breathing_rate != null && <Breathing rate={plan.breathing_rate} />}
      <Rest playing={playing} />
      <SoundSettings player={playing.player} ceiling={plan?.volume_ceiling ?? null} />
    </Page>
  );
}

function Told({ playing }: { playing: NowPlaying }) {
  const { messages } = useApp().language.value;
  const told = playing.told.value;
  return told === null ? null : <Notice>{messages.playing[told]}</Notice>;
}
