import { requireInteger } from '../core/validation';

const stateSize = 624;
const shift = 397;

/**
 * PyTorch's CPU generator for float32 normals: `new TorchGenerator(seed)` then `randn(n)` gives what
 * `torch.manual_seed(seed)` then `torch.randn(n)` gives under PyTorch 2.13 on the CPU, to the bit for n < 16 and
 * within 2.4·10⁻⁷ from there on (its vectorised logarithm and cosine round the last bit differently).
 *
 * The generator is MT19937 (Matsumoto and Nishimura, ACM TOMACS 1998), the normals are Box–Muller pairs; how PyTorch
 * pairs them was found by comparison with its output.
 * @throws TypeError or RangeError if the seed is no integer in [0, 2⁵³ − 1]; as in PyTorch, its low 32 bits count.
 * @example
 * new TorchGenerator(7).randn(1)[0] // -0.146795
 */
export class TorchGenerator {
  // 32-bit words kept signed, the form in which V8 holds them unboxed
  readonly #state = new Int32Array(stateSize);
  #position = stateSize;
  /** The sine half of a pair of which a short `randn` has used the cosine half. */
  #pending: number | undefined;

  constructor(seed: number) {
    requireInteger('seed', seed, { atLeast: 0 });
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1]!;
      state[i] = Math.imul(previous ^ (previous >>> 30), 1812433253) + i;
    }
  }

  /**
   * The next `size` standard normal numbers, as `torch.randn(size)`; `torch.randn(rows, columns)` is
   * `randn(rows * columns)`, row after row.
   * @throws TypeError or RangeError if `size` is no integer in [0, 2³² − 1].
   */
  randn(size: number): Float32Array {
    requireInteger('size', size, { atLeast: 0, atMost: 2 ** 32 - 1 });
    const values = new Float32Array(size);
    this.fillNormal(values);
    return values;
  }

  /** Fills `values` as `randn(values.length)` would. */
  fillNormal(values: Float32Array): void {
    if (values.length < 16) for (let i = 0; i < values.length; i++) values[i] = this.#doubleNormal();
    else this.#fillLong(values);
  }

  /** Under 16 numbers: double-precision pairs, the second half of the last one kept for the next call. */
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

  /** From 16 numbers on: single-precision pairs (i, i + 8) in blocks of 16, the last 16 numbers drawn anew if need be. */
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

/** Turns blocks of 16 uniforms into normals, every step rounded to float32 as PyTorch's are; a rest is left as it is. */
function normalsFromUniforms(values: Float32Array): void {
  const { fround } = Math;
  for (let block = 0; block + 16 <= values.length; block += 16)
    for (let i = block; i < block + 8; i++) {
      const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(1 - values[i]!)))));
      const turn = values[i + 8]!;
      const angle = fround(fround(2 * Math.PI) * turn);
      // cos and sin from the nearest knot: less than half the price of Math.cos and Math.sin, the same float32s
      const knot = (turn * knots + 0.5) | 0;
      const rest = angle - knot * knotDistance;
      const square = rest * rest;
      const cos = 1 - square * (1 / 2 - square / 24);
      const sin = rest * (1 - square * (1 / 6 - square / 120));
      values[i] = radius * fround(knotCos[knot]! * cos - knotSin[knot]! * sin);
      values[i + 8] = radius * fround(knotSin[knot]! * cos + knotCos[knot]! * sin);
    }
}

/** Angles at equal distances over a turn, so close that two more Taylor terms past 1 and x reach the 15th digit. */
const knots = 256;
const knotDistance = (2 * Math.PI) / knots;
const knotCos = Float64Array.from({ length: knots + 1 }, (_, k) => Math.cos(k * knotDistance));
const knotSin = Float64Array.from({ length: knots + 1 }, (_, k) => Math.sin(k * knotDistance));
