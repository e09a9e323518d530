/** Numbers of so many bits, one after the other, the first bit of a byte first. */
export interface BitWriter {
  write(value: number, bits: number): void;
  bytes(): Uint8Array;
}

export function bitWriter(): BitWriter {
  const digits: number[] = [];
  return {
    write(value, bits) {
      if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) throw new RangeError(`${value} does not fit into ${bits} bits`);
      for (let bit = bits - 1; bit >= 0; bit--) digits.push(Math.floor(value / 2 ** bit) % 2);
    },
    bytes: () => Uint8Array.from({ length: Math.ceil(digits.length / 8) }, (_, i) => byteAt(digits, i * 8)),
  };
}

const byteAt = (digits: readonly number[], from: number): number =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, i) => byte * 2 + (digits[from + i] ?? 0), 0);

export interface BitReader {
  /** The next number; undefined when there are not that many bits. */
  read(bits: number): number | undefined;
  /** Bits that are left. */
  left(): number;
}

export function bitReader(bytes: Uint8Array): BitReader {
  let at = 0;
  const left = () => bytes.length * 8 - at;
  return {
    left,
    read(bits) {
      if (left() < bits) return undefined;
      let value = 0;
      for (; bits > 0; bits--, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
      return value;
    },
  };
}
