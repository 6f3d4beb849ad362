import fc from 'fast-check';

/** The bytes with one of their bits flipped. */
export function flippedBit(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  return fc.integer({ min: 0, max: 8 * bytes.length - 1 }).map((at) => {
    const flipped = Buffer.from(bytes);
    flipped[at >> 3]! ^= 1 << (at & 7);
    return flipped;
  });
}
