import { type Activation, activationName, requireActivation } from '../core/activations';
import { received, requireNumber, requireOneOf } from '../core/validation';
import { logNormMoments } from './logNorm';
import { meanFourthPower, meanSquare, momentFactor, requireWidth } from './moments';
import { unitOf } from './unit';

/** A layer's size: `width` units fed by as many, or `fanIn` inputs and `fanOut` outputs. Each in [1, 10⁶]. */
export type LayerSize = { width: number } | { fanIn: number; fanOut: number };

/** What every scheme is told. */
export type StdArguments = { activation: Activation } & LayerSize;

/** How `momentPreservingStd` computes; see there. */
export type StdMethod = (typeof stdMethods)[number];
const stdMethods = ['exact', 'expansion', 'authors'] as const;

/** Returns the preserved order if it lies in [0.01, 2]. */
export function requirePreservedOrder(s: unknown): number {
  return requireNumber('s', s, { atLeast: 0.01, atMost: 2 });
}

/** Returns `method` if there is one of that name; 'exact' for undefined. */
export function requireStdMethod(method: unknown): StdMethod {
  return requireOneOf('method', method ?? 'exact', stdMethods);
}

/** @throws TypeError or RangeError unless the size is given in exactly one of the two ways. */
function requireSize(args: unknown): { fanIn: number; fanOut: number } {
  if (typeof args !== 'object' || args === null)
    throw new TypeError(`the argument must be an object with the layer's size; got ${received(args)}`);
  const { width, fanIn, fanOut } = args as { width?: unknown; fanIn?: unknown; fanOut?: unknown };
  const [inGiven, outGiven] = [fanIn !== undefined, fanOut !== undefined];
  if (width !== undefined && (inGiven || outGiven))
    throw new TypeError('the size must be given as width or as fanIn and fanOut; got both');
  if (inGiven || outGiven)
    return { fanIn: requireWidth(fanIn, 'fanIn'), fanOut: requireWidth(fanOut, 'fanOut') };
  const d = requireWidth(width);
  return { fanIn: d, fanOut: d };
}

/**
 * The standard deviation of Gaussian weights W (fanOut × fanIn, no bias) with which E‖φ(Wx)‖^s = ‖x‖^s for
 * every x: σ₀ = E[Q^(s/2)]^(−1/s), Q = Σ φ(gᵢ)² over `width` units (see {@link momentFactor}). In a
 * rectangular layer it is the norm per coordinate, ‖x‖/√d, whose moment is kept: σ² = σ₀²(s, fanOut) ·
 * fanOut/fanIn.
 *
 * s = 2 is Kaiming's scheme; smaller s gives larger weights. As s → 0, where φ is never zero, σ₀ tends to
 * {@link lyapunovStd}. Where the whole layer can be zero (ReLU, dropout), σ₀ grows like P(Q > 0)^(−1/s)
 * instead: the networks that survive must make up for those that died. Where that factor is above 1 % the
 * first call of a process warns, with code FRACMOMENT_ATOM.
 *
 * That such a scheme exists for s in (0, 2] is the paper's claim (abstract of arXiv 2005.11878); the formula
 * for ReLU is also in the authors' code; for the others it is our own derivation. Relative error below 1e-12.
 * @param args `s` in [0.01, 2]; `width`, or `fanIn` and `fanOut`, integers in [1, 10⁶]; `method`:
 *   - `'exact'` (default)
 *   - `'expansion'`: for large width, σ² ≈ [1 + (2 − s)(p₄/p₂² − 1)/(4 width)]/(p₂ width), p₂ = Eφ², p₄ = Eφ⁴
 *   - `'authors'`: what the authors' code computes, for linear, ReLU and Leaky ReLU without dropout. It is the
 *     same expansion for linear and ReLU, for Leaky ReLU it is right to first order in slope² only; the width
 *     is the fan-in.
 * @throws TypeError or RangeError naming the argument at fault, or if the result is no positive finite number
 *   (the authors' formula with a steep slope; layers that are almost surely zero).
 * @example
 * momentPreservingStd({ activation: relu, s: 1, width: 64 }) ** 2 // 0.0318722570
 */
export function momentPreservingStd(args: StdArguments & { s: number; method?: StdMethod }): number {
  const { fanIn, fanOut } = requireSize(args);
  const activation = requireActivation(args.activation);
  const s = requirePreservedOrder(args.s);
  const method = requireStdMethod(args.method);
  const variance =
    method === 'exact'
      ? (exactVariance(activation, s, fanOut) * fanOut) / fanIn
      : method === 'expansion'
        ? (expandedVariance(activation, s, fanOut) * fanOut) / fanIn
        : authorsVariance(activation, s, fanIn);
  if (!(variance > 0 && variance < Infinity))
    throw new RangeError(
      `no moment-preserving standard deviation of ${activationName(activation)} at s = ${s}, fanIn ${fanIn} and fanOut ${fanOut} by method '${method}': the variance would be ${variance}`,
    );
  return Math.sqrt(variance);
}

function exactVariance(activation: Activation, s: number, width: number): number {
  warnOfAtom(activation, s, width);
  return momentFactor({ activation, width, order: s }) ** (-2 / s);
}

function expandedVariance(activation: Activation, s: number, width: number): number {
  const p2 = meanSquare(activation);
  const spread = meanFourthPower(activation) / p2 ** 2 - 1;
  return (1 + ((2 - s) * spread) / (4 * width)) / (p2 * width);
}

function authorsVariance({ lower, upper, keep, scale }: Activation, s: number, d: number): number {
  if (lower !== upper || keep !== 1 || scale !== 1)
    throw new RangeError(
      `method 'authors' knows linear, relu and leakyRelu(slope) only; got ${received({ lower, upper, keep, scale })}`,
    );
  if (lower === 1) return 1 / d + (2 - s) / (2 * d * d);
  const square = lower * lower; // with slope 0 this is their formula for ReLU
  return (
    2 / ((1 + square) * d) + ((2 - s) * ((5 * s - 24) * square + 10)) / ((2 * (s + 2) * square + 4) * d * d)
  );
}

let warned = false;

function warnOfAtom(activation: Activation, s: number, width: number): void {
  if (warned) return;
  const zero = unitOf(activation).zero ** width;
  const excess = -Math.log1p(-zero) / s;
  if (excess <= 0.01) return;
  warned = true;
  globalThis.process?.emitWarning?.(
    `A layer of width ${width} with ${activationName(activation)} is zero with probability ${zero.toPrecision(3)}. ` +
      `At s = ${s} this alone makes the moment-preserving standard deviation ${Math.exp(excess).toPrecision(4)} times as large: ` +
      'the networks that survive make up for those that died. Take a larger s, or lyapunovStd, which leaves dead layers out.',
    { code: 'FRACMOMENT_ATOM' },
  );
}

/**
 * Kaiming's scheme (He et al. 2015), fan-in: σ² = 1/(fanIn · Eφ²), which keeps the second moment per
 * coordinate.
 * @param args sizes are integers in [1, 10⁶]; an `s` is ignored.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * kaimingStd({ activation: relu, width: 64 }) // 0.17677670
 */
export function kaimingStd(args: StdArguments): number {
  const { fanIn } = requireSize(args);
  return Math.sqrt(1 / (fanIn * meanSquare(args.activation)));
}

/**
 * Xavier's scheme (Glorot & Bengio 2010) with gain 1: σ² = 2/(fanIn + fanOut), whatever the activation.
 * @param args sizes are integers in [1, 10⁶]; `activation` may be left out and, like an `s`, is ignored.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * xavierStd({ fanIn: 784, fanOut: 64 }) // 0.04856429
 */
export function xavierStd(args: { activation?: Activation } & LayerSize): number {
  const { fanIn, fanOut } = requireSize(args);
  return Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Random-walk initialization (Sussillo & Abbott 2014, arXiv 1412.6558): σ = gain/√N with gain e^(1/(2N)) for
 * linear and √2 · e^(1.2/(max(N, 6) − 2.4)) for ReLU units, fitted by them so that the log-norm does not
 * drift; N is the fan-in, as in the authors' code.
 * @param args `activation` linear or relu; sizes are integers in [1, 10⁶]; an `s` is ignored.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * randomWalkStd({ activation: relu, width: 64 }) // 0.18025416
 */
export function randomWalkStd(args: StdArguments): number {
  const { fanIn } = requireSize(args);
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
 * Lyapunov (critical) initialization (Kogler, Schwarz & Kittle 2026, arXiv 2602.10949): log σ = −E[½ log Q | Q
 * > 0], with which the log-norm has no drift. It is the limit of {@link momentPreservingStd} for s → 0 where φ
 * is never zero. Where the whole layer can be zero (ReLU, dropout), which their paper leaves out, the
 * expectation is over the layers that are not: the surviving networks keep their log-norm. A rectangular layer
 * keeps that of ‖x‖/√d: σ² = σ²(fanOut) · fanOut/fanIn.
 * @param args sizes are integers in [1, 10⁶]; an `s` is ignored.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * lyapunovStd({ activation: leakyRelu(0.01), width: 64 }) // 0.18035
 */
export function lyapunovStd(args: StdArguments): number {
  const { fanIn, fanOut } = requireSize(args);
  const { mean } = logNormMoments({ activation: args.activation, width: fanOut });
  return Math.exp(-mean) * Math.sqrt(fanOut / fanIn);
}
