import { type Activation, type ActivationLike, activationName, requireActivation } from '../core/activations';
import { received, requireInteger, requireNumber, requireOneOf, requireOptions } from '../core/validation';
import { warn } from '../platform/runtime';
import { logNormMoments } from './logNorm';
import { MAX_WIDTH, meanFourthPower, meanSquare, momentFactor } from './moments';
import { unitOf } from './unit';

/**
 * The size of a layer: `width` for a square layer, otherwise `fanIn` and `fanOut`. All are integers ≥ 1; only the
 * exact theory, of {@link momentPreservingStd} and {@link lyapunovStd}, limits the fan-out, to 10⁶.
 */
export type LayerSize = { width: number } | { fanIn: number; fanOut: number };

/** The arguments common to all schemes: the activation and the size of the layer. */
export type StdArguments = { activation: ActivationLike } & LayerSize;

/** The method by which {@link momentPreservingStd} computes the variance. */
export type StdMethod = (typeof stdMethods)[number];
const stdMethods = ['exact', 'expansion', 'authors'] as const;

/** Returns `s` if it is a preserved order in [0.01, 2]. */
export function requirePreservedOrder(s: unknown): number {
  return requireNumber('s', s, { atLeast: 0.01, atMost: 2 });
}

/** Returns `method` if it is a known method; `'exact'` if it is undefined. */
export function requireStdMethod(method: unknown): StdMethod {
  return requireOneOf('method', method === undefined ? 'exact' : method, stdMethods);
}

const argumentNames = ['activation', 'width', 'fanIn', 'fanOut', 's', 'method'] as const;

/**
 * Checks the arguments of a scheme. All schemes know the arguments of all others, so that they can be exchanged:
 * what a scheme does not need is checked and ignored.
 * @param widest the largest fan-out, for a scheme that depends on the exact theory
 * @throws TypeError or RangeError naming the invalid argument.
 */
function requireArguments(
  args: unknown,
  widest: (method: StdMethod) => number = () => Infinity,
): { fanIn: number; fanOut: number; method: StdMethod } {
  if (typeof args !== 'object' || args === null)
    throw new TypeError(`the argument must be an object with the layer's size; got ${received(args)}`);
  const given = requireOptions('args', args as Readonly<Record<string, unknown>>, argumentNames);
  const { width, fanIn, fanOut, s } = given;
  if (s !== undefined) requirePreservedOrder(s);
  const method = requireStdMethod(given.method);
  const [inGiven, outGiven] = [fanIn !== undefined, fanOut !== undefined];
  if (width !== undefined && (inGiven || outGiven))
    throw new TypeError('the size must be given as width or as fanIn and fanOut; got both');
  const largest = widest(method);
  const limits = { atLeast: 1, ...(largest < Infinity && { atMost: largest }) };
  if (inGiven || outGiven)
    return {
      fanIn: requireInteger('fanIn', fanIn, { atLeast: 1 }),
      fanOut: requireInteger('fanOut', fanOut, limits),
      method,
    };
  const d = requireInteger('width', width, limits);
  return { fanIn: d, fanOut: d, method };
}

/**
 * Computes the weight standard deviation that preserves the moment of order s of a signal: with weights
 * W ~ N(0, σ²) and no bias, E‖φ(Wx)‖^s = ‖x‖^s for every x. s = 2 is Kaiming initialization. In deep networks
 * it lets the typical output decay, as the second moment is carried by a few large outputs; a smaller s slows
 * this decay.
 *
 * In a square layer σ = σ₀(s, width) = E[Q^(s/2)]^(−1/s), with the moment of {@link momentFactor}. In a
 * rectangular layer the moment of the norm per coordinate ‖x‖/√d is preserved:
 * σ² = σ₀²(s, fanOut) · fanOut/fanIn. Equations (26) and (27) of docs/theory.md. The relative error is below
 * 1e-12. That such a scheme exists for every s in (0, 2] is claimed in the abstract of arXiv 2005.11878.
 *
 * A smaller s gives larger weights. As s → 0, σ₀ tends to {@link lyapunovStd} if φ(g) is never zero. If a
 * whole layer can be zero (ReLU, dropout), σ₀ instead grows like P(Q > 0)^(−1/s), because surviving networks
 * must compensate for dead ones: equation (30). If this factor exceeds 1.01, the first such call in a process
 * emits a warning with code FRACMOMENT_ATOM.
 * @param args `activation`; `s` in [0.01, 2], the preserved order; `width`, or `fanIn` and `fanOut`, integers
 *   ≥ 1; `method`, one of:
 *   - `'exact'` (default), for a fan-out of at most 10⁶;
 *   - `'expansion'`: the large-width expansion σ² ≈ [1 + (2 − s)(p₄/p₂² − 1)/(4 width)]/(p₂ width) with
 *     p₂ = Eφ² and p₄ = Eφ⁴, equation (33);
 *   - `'authors'`: the formulas in the authors' code, for linear, ReLU and Leaky ReLU without dropout, with
 *     the fan-in as width. For linear and ReLU it equals the expansion, equation (34). For Leaky ReLU,
 *     equation (35), it agrees with the expansion only to first order in slope².
 * @throws TypeError or RangeError naming the invalid argument. RangeError if the result is not a positive
 *   finite number (the authors' formula with a steep slope; layers that are almost surely zero).
 * @example
 * momentPreservingStd({ activation: relu, s: 1, width: 64 }) ** 2 // 0.0318722570
 */
export function momentPreservingStd(args: StdArguments & { s: number; method?: StdMethod }): number {
  const { fanIn, fanOut, method } = requireArguments(args, (chosen) =>
    chosen === 'exact' ? MAX_WIDTH : Infinity,
  );
  const activation = requireActivation(args.activation);
  const s = requirePreservedOrder(args.s);
  const variance =
    method === 'exact'
      ? (exactVariance(activation, s, fanOut) * fanOut) / fanIn
      : method === 'expansion'
        ? (expandedVariance(activation, s, fanOut) * fanOut) / fanIn
        : authorsVariance(activation, s, fanIn);
  if (!(variance > 0 && variance < Infinity))
    throw new RangeError(
      `no moment-preserving standard deviation for ${activationName(activation)} at s = ${s}, fanIn ${fanIn} and fanOut ${fanOut} with method '${method}': the variance would be ${variance}`,
    );
  return Math.sqrt(variance);
}

/** Equation (26) of docs/theory.md. */
function exactVariance(activation: Activation, s: number, width: number): number {
  warnOfAtom(activation, s, width);
  return momentFactor({ activation, width, order: s }) ** (-2 / s);
}

/** Equation (33) of docs/theory.md. */
function expandedVariance(activation: Activation, s: number, width: number): number {
  const p2 = meanSquare(activation);
  const spread = meanFourthPower(activation) / p2 ** 2 - 1;
  return (1 + ((2 - s) * spread) / (4 * width)) / (p2 * width);
}

/** Equations (34) and (35) of docs/theory.md. */
function authorsVariance({ lower, upper, keep, scale }: Activation, s: number, d: number): number {
  if (lower !== upper || keep !== 1 || scale !== 1)
    throw new RangeError(
      `method 'authors' supports only linear, relu and leakyRelu(slope); got ${received({ lower, upper, keep, scale })}`,
    );
  if (lower === 1) return 1 / d + (2 - s) / (2 * d * d);
  const square = lower * lower; // for slope 0 the formula below is theirs for ReLU
  return (
    2 / ((1 + square) * d) + ((2 - s) * ((5 * s - 24) * square + 10)) / ((2 * (s + 2) * square + 4) * d * d)
  );
}

let warned = false;

/** Warns once per process if the first factor of equation (30) of docs/theory.md exceeds 1.01. */
function warnOfAtom(activation: Activation, s: number, width: number): void {
  if (warned) return;
  const zero = unitOf(activation).zero ** width;
  const excess = -Math.log1p(-zero) / s;
  if (excess <= 0.01) return;
  warned = true;
  warn(
    `A layer of width ${width} with ${activationName(activation)} is zero with probability ${zero.toPrecision(3)}. ` +
      `At s = ${s} this alone makes the moment-preserving standard deviation ${Math.exp(excess).toPrecision(4)} times as large: ` +
      'the networks that survive make up for those that died. Take a larger s, or lyapunovStd, which leaves dead layers out.',
    'FRACMOMENT_ATOM',
  );
}

/**
 * Computes the weight standard deviation of Kaiming initialization in fan-in mode (He et al. 2015), which
 * preserves the second moment of the signal per coordinate.
 *
 * σ² = 1/(fanIn · Eφ²), equation (28) of docs/theory.md. It equals {@link momentPreservingStd} at s = 2.
 * @param args `activation`; `width`, or `fanIn` and `fanOut`, integers ≥ 1. An `s` or `method` is ignored.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * kaimingStd({ activation: relu, width: 64 }) // 0.17677670
 */
export function kaimingStd(args: StdArguments): number {
  const { fanIn } = requireArguments(args);
  return Math.sqrt(1 / (fanIn * meanSquare(args.activation)));
}

/**
 * Computes the weight standard deviation of Xavier initialization (Glorot and Bengio 2010) with gain 1,
 * whatever the activation.
 *
 * σ² = 2/(fanIn + fanOut), equation (31) of docs/theory.md.
 * @param args `width`, or `fanIn` and `fanOut`, integers ≥ 1. An `activation`, `s` or `method` is ignored.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * xavierStd({ fanIn: 784, fanOut: 64 }) // 0.04856429
 */
export function xavierStd(args: { activation?: ActivationLike } & LayerSize): number {
  const { fanIn, fanOut } = requireArguments(args);
  if (args.activation !== undefined) requireActivation(args.activation);
  return Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Computes the weight standard deviation of random walk initialization (Sussillo and Abbott 2014, arXiv
 * 1412.6558), which aims at a log-norm without drift in linear and ReLU networks.
 *
 * σ = gain/√N with N the fan-in, gain = e^(1/(2N)) for linear units and √2 · e^(1.2/(max(N, 6) − 2.4)) for
 * ReLU units, an empirical fit. Equation (32) of docs/theory.md. {@link lyapunovStd} removes the drift
 * exactly, for every activation.
 * @param args `activation`, `linear` or `relu`; `width`, or `fanIn` and `fanOut`, integers ≥ 1. An `s` or
 *   `method` is ignored.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * randomWalkStd({ activation: relu, width: 64 }) // 0.18025416
 */
export function randomWalkStd(args: StdArguments): number {
  const { fanIn } = requireArguments(args);
  const { lower, upper, keep, scale } = requireActivation(args.activation);
  if (lower !== upper || (lower !== 0 && lower !== 1) || keep !== 1 || scale !== 1)
    throw new RangeError(
      `random-walk initialization is known for linear and relu only; got ${received(args.activation)}`,
    );
  const gain =
    lower === 1 ? Math.exp(1 / (2 * fanIn)) : Math.SQRT2 * Math.exp(1.2 / (Math.max(fanIn, 6) - 2.4));
  return gain / Math.sqrt(fanIn);
}

/**
 * Computes the weight standard deviation of Lyapunov (critical) initialization (Kogler, Schwarz and Kittle
 * 2026, arXiv 2602.10949), with which the log-norm has no drift. Use it if the typical output should neither
 * vanish nor explode.
 *
 * log σ = −E[½ log Q | Q > 0], equation (29) of docs/theory.md. It is the limit of
 * {@link momentPreservingStd} as s → 0 if φ(g) is never zero. If a whole layer can be zero (ReLU, dropout), a
 * case that their paper does not treat, the expectation is conditional on survival: networks that survive
 * keep their log-norm. A rectangular layer preserves the log of ‖x‖/√d: σ² = σ²(fanOut) · fanOut/fanIn.
 * @param args `activation`; `width`, or `fanIn` and `fanOut`, integers ≥ 1, the fan-out at most 10⁶. An `s` or
 *   `method` is ignored.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * lyapunovStd({ activation: leakyRelu(0.01), width: 64 }) // 0.18035
 */
export function lyapunovStd(args: StdArguments): number {
  const { fanIn, fanOut } = requireArguments(args, () => MAX_WIDTH);
  const { mean } = logNormMoments({ activation: args.activation, width: fanOut });
  return Math.exp(-mean) * Math.sqrt(fanOut / fanIn);
}
