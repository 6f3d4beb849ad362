import { type ActivationLike, linear, requireActivation } from '../core/activations';
import { received, requireInteger, requireNumber, requireObject, requireOptions } from '../core/validation';
import { type LawLayer, lawOfLayers } from './lawOfLayers';
import { requireWidth } from './moments';

/** Largest depth at which the mean log-norm keeps 9 decimal places. */
const MAX_DEPTH = 1e5;

/**
 * A layer x ↦ φ(Wx) without bias. W has `width` rows (the fan-out) of independent weights N(0, weightStd²).
 */
export interface RandomLayer {
  activation: ActivationLike;
  width: number;
  weightStd: number;
}

/** The network: `depth` equal layers or a list of layers, and the input of the first layer. */
export type OutputLawArguments = ((RandomLayer & { depth: number }) | { layers: readonly RandomLayer[] }) & {
  /** `'gaussian'` (default) for a vector drawn from N(0, I), or the norm > 0 of a fixed input. */
  input?: 'gaussian' | number;
  /** Dimension of the Gaussian input; by default the width of the first layer. */
  inputWidth?: number;
};

/** The distribution of the log-norm log‖x⁽ᵏ⁾‖ of the output, given x⁽ᵏ⁾ ≠ 0. */
export interface OutputLaw {
  /** Mean of the log-norm, given x⁽ᵏ⁾ ≠ 0. */
  mean: number;
  /** Variance of the log-norm, given x⁽ᵏ⁾ ≠ 0. */
  variance: number;
  /** Probability of a dead network, P(x⁽ᵏ⁾ = 0). */
  zeroProbability: number;
  /** Density of log‖x⁽ᵏ⁾‖ at x, given x⁽ᵏ⁾ ≠ 0. */
  pdf(x: number): number;
  /** P(log‖x⁽ᵏ⁾‖ ≤ x), given x⁽ᵏ⁾ ≠ 0. */
  cdf(x: number): number;
  /** The x at which the cdf equals p, for 0 < p < 1. */
  quantile(p: number): number;
  /** P(‖x⁽ᵏ⁾‖ < epsilon) for epsilon > 0, counting dead networks. */
  probabilityBelow(epsilon: number): number;
}

/**
 * Computes the exact distribution of the log-norm of the output of a random network at any depth, without
 * sampling. Use it to find the probability that signals vanish or explode at initialization.
 *
 * log‖x⁽ᵏ⁾‖ is log‖x⁽⁰⁾‖ plus an independent term log weightStd + ½ log Q for each layer, with Q = Σ φ(gᵢ)²
 * over the `width` units of the layer and gᵢ ~ N(0, 1). `mean`, `variance`, `pdf`, `cdf` and `quantile` are
 * conditional on x⁽ᵏ⁾ ≠ 0. The atom at zero is `zeroProbability`, and `probabilityBelow(epsilon)` includes
 * it: zeroProbability + (1 − zeroProbability) · cdf(log epsilon). For large depth the distribution is close
 * to the normal distribution with the same mean and variance, as the paper claims (abstract of arXiv
 * 2005.11878, last version).
 *
 * Method: the characteristic functions of ½ log Q are multiplied over the layers and inverted as a Fourier
 * series. Equations (52)–(59) of docs/theory.md. The error of the cdf is below 1e-9 up to depth 1000,
 * typically 1e-12; quantiles for p closer to 0 or 1 than 1e-9 are meaningless. A call takes milliseconds for
 * each distinct pair of activation and width, then microseconds per evaluated value.
 * @param args `activation`, `width` (an integer in [1, 10⁶]), `weightStd` > 0 and `depth` (an integer in
 *   [1, 10⁵]) for equal layers; or `layers`, an array of 1 to 10⁵ layers with their own `activation`, `width`
 *   (the fan-out) and `weightStd`. `input` is `'gaussian'` (default), a vector of `inputWidth` independent
 *   N(0, 1) numbers (by default the width of the first layer), or the norm > 0 of the input.
 * @throws TypeError or RangeError naming the invalid argument; the returned methods throw them too.
 * @example
 * const weightStd = kaimingStd({ activation: relu, width: 64 });
 * outputLaw({ activation: relu, width: 64, depth: 100, weightStd }).probabilityBelow(1) // 0.479
 */
export function outputLaw(args: OutputLawArguments): OutputLaw {
  const { layers, shift } = requireLayers(args);
  const law = lawOfLayers(layers);
  const { variance, zeroProbability, half } = law;
  const mean = shift + law.mean;
  const pdf = (x: number) => law.pdf(requireNumber('x', x) - mean);
  const cdf = (x: number) => law.cdf(requireNumber('x', x) - mean);
  return {
    mean,
    variance,
    zeroProbability,
    pdf,
    cdf,
    quantile: (p) => {
      requireNumber('p', p, { above: 0, below: 1 });
      return invert(pdf, cdf, p, mean - half, mean + half);
    },
    probabilityBelow: (epsilon) => {
      requireNumber('epsilon', epsilon, { above: 0 });
      return zeroProbability + (1 - zeroProbability) * cdf(Math.log(epsilon));
    },
  };
}

/**
 * The layers that multiply the norm. A Gaussian input is one more linear layer, applied to a unit vector.
 * @throws TypeError or RangeError naming the invalid argument.
 */
function requireLayers(args: unknown): { layers: LawLayer[]; shift: number } {
  if (typeof args !== 'object' || args === null)
    throw new TypeError(`the argument must be an object with the layers; got ${received(args)}`);
  const { layers, depth, input = 'gaussian', inputWidth } = args as Record<string, unknown>;
  let all: LawLayer[];
  if (layers === undefined) {
    requireOptions('args', args, ['activation', 'width', 'weightStd', 'depth', 'input', 'inputWidth']);
    const layer = checkedLayer(args, '');
    all = Array<LawLayer>(requireInteger('depth', depth, { atLeast: 1, atMost: MAX_DEPTH })).fill(layer);
  } else {
    if (!Array.isArray(layers))
      throw new TypeError(`layers must be an array of layers; got ${received(layers)}`);
    if (layers.length < 1 || layers.length > MAX_DEPTH)
      throw new RangeError(`layers must have a length in [1, ${MAX_DEPTH}]; got ${layers.length}`);
    if (['activation', 'width', 'weightStd', 'depth'].some((name) => name in args))
      throw new TypeError('give either layers, or activation, width, weightStd and depth; got both');
    requireOptions('args', args, ['layers', 'input', 'inputWidth']);
    all = layers.map((layer, i) => {
      requireObject(`layers[${i}]`, layer, '{ activation, width, weightStd }');
      return checkedLayer(layer, `layers[${i}].`);
    });
  }
  if (input === 'gaussian') {
    const width = inputWidth === undefined ? all[0]!.width : requireWidth(inputWidth, 'inputWidth');
    return { layers: [{ activation: linear, width, weightStd: 1 }, ...all], shift: 0 };
  }
  if (typeof input !== 'number')
    throw new TypeError(`input must be 'gaussian' or a norm in (0, ∞); got ${received(input)}`);
  if (inputWidth !== undefined)
    throw new TypeError(`inputWidth applies only to Gaussian input; got input ${input}`);
  return { layers: all, shift: Math.log(requireNumber('input', input, { above: 0 })) };
}

function checkedLayer(layer: object, prefix: string): LawLayer {
  const { activation, width, weightStd } = layer as Record<string, unknown>;
  return {
    activation: requireActivation(activation, `${prefix}activation`),
    width: requireWidth(width, `${prefix}width`),
    weightStd: requireNumber(`${prefix}weightStd`, weightStd, { above: 0 }),
  };
}

/**
 * Solves cdf(x) = p in (low, high) by Newton's method, with a bisection step wherever Newton leaves the
 * bracket and at every fourth step.
 */
function invert(
  pdf: (x: number) => number,
  cdf: (x: number) => number,
  p: number,
  low: number,
  high: number,
): number {
  const tolerance = 1e-15 * (high - low);
  let x = (low + high) / 2;
  for (let step = 1; high - low > tolerance; step++) {
    const excess = cdf(x) - p;
    if (excess === 0) return x;
    if (excess > 0) high = x;
    else low = x;
    const newton = x - excess / pdf(x);
    const next = newton > low && newton < high && step % 4 !== 0 ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= tolerance) return next;
    x = next;
  }
  return x;
}
