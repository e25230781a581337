/** A track of the clinic, by its id; undefined where the catalogue does not have it any more. */

import { useApp } from "../app/context.ts";
import type { Track } from "../listening/catalogue.ts";

export function useTrack(id: string | undefined): Track | undefined {
  return useApp().kept.value.catalogue?.tracks.find((track) => track.id === id);
}
