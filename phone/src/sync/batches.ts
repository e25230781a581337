/** How much goes into one batch (docs/sync.md). */

import type { ItemBody } from "../store/schema.ts";

export const MOST_ITEMS = 500;
export const MOST_BYTES = 1_000_000;
const ENVELOPE = 200; // bytes for `sent_at` and what stands around the items

/** How many of the items, in order, fit into one batch of at most `most`: at least one, which the server
 * will refuse if it is too large alone. */
export function fitting(items: ItemBody[], most: number): number {
  const measure = new TextEncoder();
  let bytes = ENVELOPE;
  for (const [count, item] of items.slice(0, most).entries()) {
    bytes += measure.encode(JSON.stringify(item)).length + 1; // and the comma
    if (bytes > MOST_BYTES) return Math.max(count, 1);
  }
  return Math.min(items.length, most);
}
