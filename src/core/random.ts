import { requireSeed } from './validation';

/**
 * A stream of pseudo-random numbers, reproducible on every machine.
 *
 * The generator is xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
 * TOMS 2021), with period 2¹²⁸ − 1.
 */
export interface RandomStream {
  /** The next integer, uniform on {0, …, 2³² − 1}. */
  uint32(): number;
  /** The next uniform number on [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number;
  /**
   * The next standard normal number, by the ziggurat method with 256 layers (Marsaglia and Tsang, Journal of
   * Statistical Software 2000). 8 random bits choose the layer, 52 others the sign and the position in it.
   * Equation (80) of docs/theory.md.
   */
  normal(): number;
  /** Fills an array with normal numbers of standard deviation `std`, std · normal() each: in half the time. */
  fillNormals(values: Float32Array | Float64Array, std: number): void;
}

/**
 * Creates the random stream with number `stream` under `seed`. Use one stream per network, layer or run, so
 * that results do not depend on the order or the number of threads in which they are computed.
 *
 * Different streams are independent for practical purposes: the four 32-bit words of (seed, stream) are mixed
 * into the initial state by the algorithm of NumPy's `SeedSequence` (O'Neill's seed_seq_fe128). The state is
 * `SeedSequence([seedLow, seedHigh, streamLow, streamHigh]).generate_state(4)`.
 * @param seed an integer in [0, 2⁵³ − 1]; 0 is a seed like any other.
 * @param stream an integer in [0, 2⁵³ − 1].
 * @throws TypeError or RangeError naming the invalid argument.
 */
export function randomStream(seed: number, stream: number): RandomStream {
  requireSeed(seed);
  requireSeed(stream, 'stream');
  const [s0, s1, s2, s3] = mixedState([seed, seed / 2 ** 32, stream, stream / 2 ** 32]);
  return new Xoshiro128(s0, s1, s2, s3);
}

/**
 * NumPy's `SeedSequence` for entropy of exactly four 32-bit words, the size of its pool; returns four words.
 */
function mixedState(entropy: readonly [number, number, number, number]): [number, number, number, number] {
  let constant = 0x43b0d7e5;
  const hash = (word: number, multiplier: number) => {
    const before = word ^ constant;
    constant = Math.imul(constant, multiplier);
    const after = Math.imul(before, constant);
    return after ^ (after >>> 16);
  };
  const pool = [0, 0, 0, 0] as [number, number, number, number];
  for (let i = 0; i < 4; i++) pool[i] = hash(entropy[i]!, 0x931e8875);
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++)
      if (from !== to) {
        const sum = Math.imul(0xca01f9dd, pool[to]!) - Math.imul(0x4973f715, hash(pool[from]!, 0x931e8875));
        pool[to] = sum ^ (sum >>> 16);
      }
  constant = 0x8b51f9dd;
  for (let i = 0; i < 4; i++) pool[i] = hash(pool[i]!, 0x58f38ded);
  return pool;
}

/**
 * xoshiro128** started from a given state, which must not be all zeros (for `randomStream` this has
 * probability 2⁻¹²⁸).
 */
export class Xoshiro128 implements RandomStream {
  // signed 32-bit integers, which V8 stores unboxed
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor(s0: number, s1: number, s2: number, s3: number) {
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
  }

  uint32(): number {
    return this.#int32() >>> 0;
  }

  uniform(): number {
    const high = this.#int32() >>> 5;
    const low = this.#int32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  normal(): number {
    const low = this.#int32();
    const layer = low & 255;
    const x = (this.#int32() * 2 ** 20 + (low >>> 12)) * 2 ** -51 * layerEdge[layer]!;
    return Math.abs(x) < layerEdge[layer + 1]! ? x : this.#outside(layer, x);
  }

  fillNormals(values: Float32Array | Float64Array, std: number): void {
    for (let i = 0; i < values.length; i++) {
      let s0 = this.#s0;
      let s1 = this.#s1;
      let s2 = this.#s2;
      let s3 = this.#s3;
      let layer = 0;
      let x = 0;
      // normal(), with both of its #int32() in local variables, as long as it calls nothing else
      for (; i < values.length; i++) {
        const low = scrambled(s1);
        s2 ^= s0;
        s3 ^= s1;
        let shifted = s1 << 9;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = (s3 << 11) | (s3 >>> 21);
        const high = scrambled(s1);
        s2 ^= s0;
        s3 ^= s1;
        shifted = s1 << 9;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = (s3 << 11) | (s3 >>> 21);
        layer = low & 255;
        x = (high * 2 ** 20 + (low >>> 12)) * 2 ** -51 * layerEdge[layer]!;
        if (Math.abs(x) >= layerEdge[layer + 1]!) break;
        values[i] = std * x;
      }
      this.#set(s0, s1, s2, s3);
      if (i < values.length) values[i] = std * this.#outside(layer, x);
    }
  }

  /** The number for a position outside of the part of a layer that lies under the density everywhere: one in a hundred. */
  #outside(layer: number, x: number): number {
    if (layer === 0) return x < 0 ? -this.#tail() : this.#tail();
    const below = layerDensity[layer]!;
    const y = below + this.uniform() * (layerDensity[layer + 1]! - below);
    return y < density(x) ? x : this.normal();
  }

  /** A normal number conditioned on exceeding the last edge (Marsaglia 1964). */
  #tail(): number {
    for (;;) {
      const x = -Math.log(1 - this.uniform()) / lastEdge;
      const y = -Math.log(1 - this.uniform());
      if (2 * y > x * x) return lastEdge + x;
    }
  }

  #int32(): number {
    const s1 = this.#s1;
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#set(this.#s0 ^ s3, s1 ^ s2, s2 ^ (s1 << 9), (s3 << 11) | (s3 >>> 21));
    return scrambled(s1);
  }

  #set(s0: number, s1: number, s2: number, s3: number): void {
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
  }
}

function scrambled(s1: number): number {
  const product = Math.imul(s1, 5);
  return Math.imul((product << 7) | (product >>> 25), 9);
}

/*
 * Tables of the ziggurat: 256 layers of equal area under exp(−x²/2). Layer 0 is a rectangle and the tail
 * beyond `lastEdge`; `layerEdge[i]` is the width of layer i and `layerDensity[i]` the density at that edge.
 * `lastEdge` is the root for which the topmost layer ends at x = 0. Equation (80) of docs/theory.md.
 */
const lastEdge = 3.6541528853610088;
const layerArea = 0.00492867323399;
const layerEdge = new Float64Array(257);
const layerDensity = new Float64Array(257);
const density = (x: number) => Math.exp(-0.5 * x * x);
layerEdge[0] = layerArea / density(lastEdge);
layerEdge[1] = lastEdge;
for (let i = 2; i < 256; i++)
  layerEdge[i] = Math.sqrt(-2 * Math.log(layerArea / layerEdge[i - 1]! + density(layerEdge[i - 1]!)));
for (let i = 0; i < 257; i++) layerDensity[i] = density(layerEdge[i]!);
