/** The player of a session, joined to what conducts it and to the sound that the phone holds. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { noteUse, soundOf } from "../audio/holding.ts";
import type { Plan } from "../listening/plan.ts";
import { newSeed } from "../listening/request.ts";
import { startPlayer } from "../playing/player.ts";
import type { End, Player, Sound, Standing } from "../playing/types.ts";
import type { Conductor, Desk } from "../sessions/conducting.ts";
import type { SittingRow } from "../store/schema.ts";
import type { App } from "./app.ts";
import type { Taken } from "./model.ts";

const NOTE_EVERY = 10_000; // ms: by so much the end of a session whose page was lost may be wrong

export interface Music {
  player: Player;
  standing: ReadonlySignal<Standing>;
  /** Seconds into the track that plays, and its length. */
  position: ReadonlySignal<{ now: number; all: number }>;
  /** The last thing that the patient should be told. */
  told: ReadonlySignal<"interrupted" | "passedOver" | null>;
}

/** A player that waits for its conductor: `follow`. */
export function musicOf(
  app: App,
  plan: Plan,
  onEnd: (how: End) => void,
): Music & { follow(conductor: Conductor): void } {
  const standing = signal<Standing>("ready");
  const position = signal({ now: 0, all: 0 });
  const told = signal<"interrupted" | "passedOver" | null>(null);
  let noted = app.now();
  let follow: (conductor: Conductor) => void = () => {};
  const conducted = new Promise<Conductor>((resolve) => {
    follow = resolve;
  });

  async function next(): Promise<Sound | null> {
    const conductor = await conducted;
    await conductor.settled();
    return soundToPlay(app, conductor);
  }
  const tell = async (work: (conductor: Conductor) => Promise<void>) => work(await conducted);
  const player = startPlayer(
    { plan, next },
    {
      began(track) {
        void tell((conductor) => conductor.began(track));
        void noteUse(app.database, track, app.now());
      },
      progress(now, all) {
        position.value = { now, all };
        if (app.now() - noted < NOTE_EVERY) return;
        noted = app.now();
        void tell(({ started }) => noteSitting(app, { ...started, lastAt: app.now() }));
      },
      finished: (track, seconds) =>
        void tell((conductor) => conductor.ended(track, "finished", seconds)),
      skipped: (track, seconds) =>
        void tell((conductor) => conductor.ended(track, "skipped", seconds)),
      stopped: (track, seconds) =>
        void tell((conductor) => conductor.ended(track, "stopped", seconds)),
      failed(track, seconds) {
        told.value = "passedOver";
        void tell((conductor) => conductor.ended(track, "skipped", seconds));
      },
      interrupted() {
        told.value = "interrupted";
      },
      changed(now) {
        standing.value = now;
        if (now === "playing" && told.value === "interrupted") told.value = null;
      },
      ended: onEnd,
    },
  );
  return { player, standing, position, told, follow };
}

/** What conducts the session asks for, and tells to. */
export function deskOf(app: App, player: Player, { planning, record }: Taken): Desk {
  return {
    planning,
    keep: (report) => app.keep(report),
    nextChanged: () => player.nextChanged(),
    newSeed,
    now: app.now,
    record,
  };
}

/** Keep which session plays; null: none does. */
export async function noteSitting(app: App, row: SittingRow | null): Promise<void> {
  if (row === null) await app.database.delete("state", "sitting");
  else await app.database.put("state", row, "sitting");
}

/** The sound of what comes next; null where nothing does. What is no longer on the phone is passed over. */
async function soundToPlay(app: App, conductor: Conductor): Promise<Sound | null> {
  let before: string | null = null;
  for (;;) {
    const track = conductor.next();
    if (track === null || track === before) return null;
    const blob = await soundOf(app.database, track);
    if (blob !== null) {
      const known = app.kept.value.catalogue?.tracks.find(({ id }) => id === track);
      return { track, title: known?.title ?? "", artist: known?.artist ?? "", blob };
    }
    await conductor.ended(track, "skipped", 0);
    before = track;
  }
}
