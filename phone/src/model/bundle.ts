/** A base as it is delivered (docs/packages.md): graphs, manifest, and what was learned of tracks. */

import { strFromU8, unzipSync } from "fflate";
import type { Bytes } from "../signing/cbor.ts";
import { type Reason, Refused } from "../signing/verify.ts";

/** What this app reads of manifest.json. `guards`, `weights` and `terms` are in the graph's order. */
export interface Manifest {
  format: string;
  base: { sha256: string; vector: number };
  schema: { columns: string[] };
  outcomes: string[];
  adapting: Evidence[];
  items: { tracks: string[]; columns: number };
  playlist: {
    most_tracks: number;
    guards: string[];
    weights: { name: string; value: number }[];
    terms: string[];
  };
}

/** What the prediction of one outcome rests on, and from how many ratings on. */
export interface Evidence {
  answer: string;
  served: "relation" | "offset" | "population";
  begins?: number;
}

export interface Bundle {
  manifest: Manifest;
  /** What the base learned of single tracks, by the `key` that a track has in the catalogue. */
  items: Map<string, Float32Array>;
  adapt: Bytes;
  playlist: Bytes;
}

/** The archive is not a bundle that this app reads. */
export class BadBundle extends Error {
  override readonly name = "BadBundle"; // which survives the way between threads
}

/** Why a model is refused, by what checking or opening it threw. Throws what is no refusal. */
export function reasonOf(problem: unknown): Reason {
  if (problem instanceof Refused) return problem.reason;
  if (problem instanceof Error && problem.name === BadBundle.name) return "unknown-format";
  throw problem;
}

/** What is in an archive that was checked (signing/accept.ts). Throws BadBundle, also for what is of
 * another shape, as a newer format may be. */
export function openBundle(archive: Bytes): Bundle {
  try {
    return readBundle(unzipSync(archive));
  } catch (problem) {
    if (problem instanceof BadBundle) throw problem;
    throw new BadBundle(`The archive cannot be read: ${(problem as Error).message}.`);
  }
}

function readBundle(files: Record<string, Uint8Array>): Bundle {
  const manifest = JSON.parse(strFromU8(entry(files, "manifest.json"))) as Manifest;
  const rows = floats(entry(files, "items.f32"));
  const { tracks, columns } = manifest.items;
  if (rows.length !== tracks.length * columns) {
    throw new BadBundle(`items.f32 has ${rows.length} numbers for ${tracks.length} tracks.`);
  }
  const row = (place: number) => rows.subarray(place * columns, (place + 1) * columns);
  return {
    manifest,
    items: new Map(tracks.map((track, place) => [track, row(place)])),
    adapt: entry(files, "adapt.onnx"),
    playlist: entry(files, "playlist.onnx"),
  };
}

/** How many numbers the graphs read of a track. */
export function widthOf({ manifest }: Bundle): number {
  return manifest.schema.columns.length + manifest.items.columns;
}

/** What the graphs read of tracks, [N, width]: the catalogue's values [N, F] of the tracks with these
 * keys, then what the base learned of them, or zeros where it does not know them. */
export function described(bundle: Bundle, values: Float32Array, tracks: string[]): Float32Array {
  const given = bundle.manifest.schema.columns.length;
  const width = widthOf(bundle);
  const features = new Float32Array(tracks.length * width);
  for (const [row, track] of tracks.entries()) {
    features.set(values.subarray(row * given, (row + 1) * given), row * width);
    const learned = bundle.items.get(track);
    if (learned !== undefined) features.set(learned, row * width + given);
  }
  return features;
}

function entry(files: Record<string, Uint8Array>, name: string): Bytes {
  const content = files[name];
  if (content === undefined) throw new BadBundle(`The archive has no ${name}.`);
  return content as Bytes;
}

/** Little-endian 32-bit floats, wherever they begin. */
function floats(content: Bytes): Float32Array {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Float32Array.from({ length: content.length / 4 }, (_, place) =>
    view.getFloat32(place * 4, true),
  );
}
