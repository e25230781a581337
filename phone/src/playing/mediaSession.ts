/**
 * The keys of the lock screen, of headphones and of keyboards, and what the lock screen shows. Only what
 * the app itself offers: no going back, no moving about in a track, no pictures. Does nothing in a browser
 * without Media Session.
 */

export interface Keys {
  play(): void;
  pause(): void;
  nexttrack(): void;
  stop(): void;
}

export interface LockScreen {
  show(title: string, artist: string): void;
  stand(state: MediaSessionPlaybackState): void;
  /** In seconds; nothing is shown of a length that is not known. */
  place(position: number, duration: number): void;
  /** The keys are no longer ours. */
  leave(): void;
}

export function lockScreen(keys: Keys): LockScreen {
  const session = globalThis.navigator?.mediaSession;
  if (session === undefined) {
    return { show: () => {}, stand: () => {}, place: () => {}, leave: () => {} };
  }
  for (const [key, press] of Object.entries(keys)) handle(session, key, () => press());
  return {
    show: (title, artist) => {
      session.metadata = new MediaMetadata({ title, artist });
    },
    stand: (state) => {
      session.playbackState = state;
    },
    place: (position, duration) => {
      if (!Number.isFinite(duration) || duration <= 0) return;
      session.setPositionState?.({ duration, position: Math.min(position, duration) });
    },
    leave: () => {
      for (const key of Object.keys(keys)) handle(session, key, null);
      session.metadata = null;
      session.playbackState = "none";
      session.setPositionState?.();
    },
  };
}

/** A browser throws for a key that it does not know. */
function handle(session: MediaSession, key: string, press: (() => void) | null): void {
  try {
    session.setActionHandler(key as MediaSessionAction, press);
  } catch {
    // This phone has no such key.
  }
}
