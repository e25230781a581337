/**
 * A reader of deterministic CBOR (RFC 8949 §4.2.1), as far as signed messages need it: whole
 * numbers, byte and text strings, arrays, maps, false, true, null.
 */

export type Bytes = Uint8Array<ArrayBuffer>;
export type Cbor = number | boolean | null | string | Bytes | Cbor[] | Map<Cbor, Cbor>;

const DEEPEST = 4; // of arrays and maps in each other

/** The one item that the bytes are; undefined when they are none, or not in the one form that is
 * deterministic, or more than one. */
export function decode(bytes: Bytes): Cbor | undefined {
  try {
    const reader = new Reader(bytes);
    const whole = reader.item(DEEPEST);
    return reader.at === bytes.length ? whole : undefined;
  } catch (problem) {
    if (problem instanceof NotDeterministic) return undefined;
    throw problem;
  }
}

export function isBytes(value: unknown): value is Bytes {
  return value instanceof Uint8Array;
}

export function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

class NotDeterministic extends Error {}

function expect(holds: boolean): asserts holds {
  if (!holds) throw new NotDeterministic();
}

class Reader {
  at = 0;
  private readonly bytes: Bytes;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }

  item(depth: number): Cbor {
    expect(depth > 0);
    const [head] = this.take(1);
    const value = this.argument(head & 31);
    switch (head >> 5) {
      case 0:
        return value;
      case 1:
        return -1 - value;
      case 2:
        return this.take(value);
      case 3:
        return text(this.take(value));
      case 4:
        return this.many(value, () => this.item(depth - 1));
      case 5:
        return this.map(value, depth - 1);
      default: // of all else, false, true and null alone
        expect(head >= 0xf4 && head <= 0xf6);
        return [false, true, null][head - 0xf4];
    }
  }

  /** A number or length, which must be in the shortest of its forms. */
  private argument(info: number): number {
    if (info < 24) return info;
    expect(info < 28);
    const long = this.take(2 ** (info - 24));
    const value = long.reduce((sum, byte) => sum * 256 + byte, 0);
    const least = long.length === 1 ? 24 : 256 ** (long.length / 2);
    expect(value >= least && value <= Number.MAX_SAFE_INTEGER);
    return value;
  }

  private map(size: number, depth: number): Map<Cbor, Cbor> {
    let before = "";
    return new Map(
      this.many(size, () => {
        const start = this.at;
        const key = this.item(depth);
        const encoded = hex(this.bytes.slice(start, this.at));
        expect(encoded > before); // in order, and none twice
        before = encoded;
        return [key, this.item(depth)];
      }),
    );
  }

  private many<Item>(count: number, next: () => Item): Item[] {
    expect(count <= this.bytes.length);
    return Array.from({ length: count }, next);
  }

  private take(count: number): Bytes {
    expect(count <= this.bytes.length - this.at);
    this.at += count;
    return this.bytes.slice(this.at - count, this.at);
  }
}

function text(bytes: Bytes): string {
  const read = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  expect(hex(new TextEncoder().encode(read)) === hex(bytes)); // else it was not UTF-8
  return read;
}
