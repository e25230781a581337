/** How much of the music is on the phone, as far as that is known. */

import { useApp } from "../app/context.ts";
import { Meter } from "./Meter.tsx";

export function MusicMeter() {
  const app = useApp();
  const { words, numbers } = app.language.value;
  const ahead = app.keeping.ahead.value;
  if (ahead === null) return null;
  return (
    <Meter
      label={words.ready.music}
      value={ahead.here}
      most={ahead.of}
      text={words.ready.of(ahead.here, ahead.of, numbers)}
    />
  );
}
