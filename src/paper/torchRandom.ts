import { received, requireInteger, requireSeed } from '../core/validation';

const stateSize = 624;
const shift = 397;

/**
 * Reproduces the CPU random numbers of PyTorch: `new TorchGenerator(seed)` followed by `randn(n)` returns the
 * float32 numbers of `torch.manual_seed(seed)` followed by `torch.randn(n)`. Use it to replay experiments
 * that were run in PyTorch.
 *
 * The numbers agree with PyTorch 2.13 exactly for n < 16 and within 2.4·10⁻⁷ otherwise, because PyTorch's
 * vectorized logarithm and cosine round the last bit differently. The generator is MT19937 (Matsumoto and
 * Nishimura, ACM TOMACS 1998), and the normal numbers are Box–Muller pairs, equation (82) of docs/theory.md.
 * How PyTorch pairs them was determined by comparison with its output.
 * @throws TypeError or RangeError if the seed is not an integer in [0, 2⁵³ − 1]. As in PyTorch, only its low
 *   32 bits matter.
 * @example
 * new TorchGenerator(7).randn(1)[0] // -0.146795
 */
export class TorchGenerator {
  // signed 32-bit words, which V8 stores unboxed
  readonly #state = new Int32Array(stateSize);
  #position = stateSize;
  /** The sine of a pair whose cosine was returned by a short `randn`. */
  #pending: number | undefined;

  constructor(seed: number) {
    requireSeed(seed);
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(previous ^ (previous >>> 30), 1812433253) + i;
    }
  }

  /**
   * Returns the next `size` standard normal numbers, as `torch.randn(size)` does.
   * `torch.randn(rows, columns)` corresponds to `randn(rows * columns)`, row by row.
   * @param size an integer in [0, 10⁸].
   * @throws TypeError or RangeError if `size` is not such an integer.
   */
  randn(size: number): Float32Array {
    requireInteger('size', size, { atLeast: 0, atMost: 1e8 });
    const values = new Float32Array(size);
    this.fillNormal(values);
    return values;
  }

  /** Fills `values` with the numbers that `randn(values.length)` would return. */
  fillNormal(values: Float32Array): void {
    if (!(values instanceof Float32Array))
      throw new TypeError(`values must be a Float32Array; got ${received(values)}`);
    if (values.length < 16) for (let i = 0; i < values.length; i++) values[i] = this.#doubleNormal();
    else this.#fillLong(values);
  }

  /**
   * Fewer than 16 numbers: double-precision pairs. The second half of the last pair is kept for the next
   * call.
   */
  #doubleNormal(): number {
    const pending = this.#pending;
    if (pending !== undefined) {
      this.#pending = undefined;
      return pending;
    }
    const angle = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()));
    this.#pending = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * 16 numbers or more: single-precision pairs (i, i + 8) in blocks of 16. If the size is not a multiple of
   * 16, the last 16 numbers are drawn again.
   */
  #fillLong(values: Float32Array): void {
    const size = values.length;
    this.#fillUniform(values);
    normalsFromUniforms(values);
    if (size % 16 === 0) return;
    const last = values.subarray(size - 16);
    this.#fillUniform(last);
    normalsFromUniforms(last);
  }

  /** A multiple of 2⁻⁵³ in [0, 1). */
  #uniform53(): number {
    const high = this.#int32() & 0x1fffff;
    return (high * 2 ** 32 + (this.#int32() >>> 0)) * 2 ** -53;
  }

  /** Multiples of 2⁻²⁴ in [0, 1). */
  #fillUniform(values: Float32Array): void {
    for (let i = 0; i < values.length; ) {
      if (this.#position === stateSize) this.#twist();
      const words = this.#state.subarray(this.#position, this.#position + values.length - i);
      for (let j = 0; j < words.length; j++) values[i + j] = (temper(words[j]!) & 0xffffff) * 2 ** -24;
      this.#position += words.length;
      i += words.length;
    }
  }

  #int32(): number {
    if (this.#position === stateSize) this.#twist();
    return temper(this.#state[this.#position++]!);
  }

  #twist(): void {
    const state = this.#state;
    const join = (i: number, following: number, far: number) => {
      const mixed = (state[i]! & 0x80000000) | (following & 0x7fffffff);
      state[i] = far ^ (mixed >>> 1) ^ (-(following & 1) & 0x9908b0df);
    };
    const wrap = stateSize - shift;
    for (let i = 0; i < wrap; i++) join(i, state[i + 1]!, state[i + shift]!);
    for (let i = wrap; i < stateSize - 1; i++) join(i, state[i + 1]!, state[i - wrap]!);
    join(stateSize - 1, state[0]!, state[shift - 1]!);
    this.#position = 0;
  }
}

function temper(word: number): number {
  let x = word;
  x ^= x >>> 11;
  x ^= (x << 7) & 0x9d2c5680;
  x ^= (x << 15) & 0xefc60000;
  return x ^ (x >>> 18);
}

/**
 * Transforms blocks of 16 uniform numbers into normal numbers, rounding every step to float32 as PyTorch
 * does. An incomplete block is left unchanged.
 */
function normalsFromUniforms(values: Float32Array): void {
  const { fround } = Math;
  for (let block = 0; block + 16 <= values.length; block += 16)
    for (let i = block; i < block + 8; i++) {
      const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(1 - values[i]!)))));
      const turn = values[i + 8]!;
      const angle = fround(fround(2 * Math.PI) * turn);
      // Taylor expansion at the nearest knot: twice as fast as Math.cos and Math.sin, same float32 values
      const knot = (turn * knots + 0.5) | 0;
      const rest = angle - knot * knotDistance;
      const square = rest * rest;
      const cos = 1 - square * (1 / 2 - square / 24);
      const sin = rest * (1 - square * (1 / 6 - square / 120));
      values[i] = radius * fround(knotCos[knot]! * cos - knotSin[knot]! * sin);
      values[i + 8] = radius * fround(knotSin[knot]! * cos + knotCos[knot]! * sin);
    }
}

/** Equally spaced angles over a turn, so dense that two Taylor terms beyond 1 and x give 15 digits. */
const knots = 256;
const knotDistance = (2 * Math.PI) / knots;
const knotCos = Float64Array.from({ length: knots + 1 }, (_, k) => Math.cos(k * knotDistance));
const knotSin = Float64Array.from({ length: knots + 1 }, (_, k) => Math.sin(k * knotDistance));
