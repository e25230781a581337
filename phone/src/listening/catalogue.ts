/** The clinic's tracks as GET /api/v1/catalogue answers them. A test holds it against
 * docs/openapi.yaml. */

export interface Column {
  name: string;
  unit: string;
  description: string;
}

export interface Track {
  id: string;
  /** By which a base knows the track. */
  key: string;
  title: string;
  artist: string;
  /** Seconds; null where not known. */
  duration: number | null;
  tags: string[];
  /** Address on the server; null where only the features are there. */
  audio: string | null;
  /** One number a column. */
  values: number[];
}

export interface Catalogue {
  schema: { name: string; version: number; columns: Column[] };
  tracks: Track[];
}

/** Of some tracks all the values [N, F], row by row. */
export function valuesOf(tracks: Track[]): Float32Array {
  return Float32Array.from(tracks.flatMap(({ values }) => values));
}

/** The values [N] of one feature; null where the schema has no such feature. */
export function columnOf({ schema, tracks }: Catalogue, name: string): Float32Array | null {
  const place = schema.columns.findIndex((column) => column.name === name);
  return place < 0 ? null : Float32Array.from(tracks, ({ values }) => values[place]);
}
