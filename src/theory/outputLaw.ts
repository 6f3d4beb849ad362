import { type Activation, type ActivationLike, linear, requireActivation } from '../core/activations';
import { received, requireInteger, requireNumber, requireObject, requireOptions } from '../core/validation';
import { type LogCharacteristic, logCharacteristic } from './logCharacteristic';
import { logMoments } from './logNorm';
import { requireWidth } from './moments';
import { unitOf } from './unit';

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
  const { factors, mean: drift } = factorsOf(layers);
  const mean = shift + drift;
  const total = (f: (factor: Factor) => number) =>
    factors.reduce((sum, factor) => sum + factor.count * f(factor), 0);
  const variance = total((factor) => factor.variance);
  const zeroProbability = 0 - Math.expm1(total((factor) => Math.log1p(-factor.zeroProbability)));
  const { period, re, im } = fourierSeries(factors, variance);
  const half = period / 2;

  /**
   * Σ over j ≥ 1 of Re(z_j), or Im(z_j)/j, with z_j = c_j e^(−2πijy/period). Equation (58) of docs/theory.md.
   */
  const sum = (y: number, part: 're' | 'im') => {
    const angle = (2 * Math.PI * y) / period;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    let [c, s, value] = [1, 0, 0];
    for (let j = 1; j < re.length; j++) {
      [c, s] = [c * cos - s * sin, s * cos + c * sin];
      value += part === 're' ? re[j]! * c + im[j]! * s : (im[j]! * c - re[j]! * s) / j;
    }
    return value;
  };
  const pdf = (x: number) => {
    const y = requireNumber('x', x) - mean;
    return Math.abs(y) < half ? Math.max(0, (1 + 2 * sum(y, 're')) / period) : 0;
  };
  const cdf = (x: number) => {
    const y = requireNumber('x', x) - mean;
    if (Math.abs(y) >= half) return y > 0 ? 1 : 0;
    return Math.min(1, Math.max(0, 0.5 + y / period - sum(y, 'im') / Math.PI));
  };
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
function requireLayers(args: unknown): { layers: CheckedLayer[]; shift: number } {
  if (typeof args !== 'object' || args === null)
    throw new TypeError(`the argument must be an object with the layers; got ${received(args)}`);
  const { layers, depth, input = 'gaussian', inputWidth } = args as Record<string, unknown>;
  let all: CheckedLayer[];
  if (layers === undefined) {
    requireOptions('args', args, ['activation', 'width', 'weightStd', 'depth', 'input', 'inputWidth']);
    const layer = checkedLayer(args, '');
    all = Array<CheckedLayer>(requireInteger('depth', depth, { atLeast: 1, atMost: MAX_DEPTH })).fill(layer);
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

/** A layer whose activation is not a name. */
type CheckedLayer = RandomLayer & { activation: Activation };

function checkedLayer(layer: object, prefix: string): CheckedLayer {
  const { activation, width, weightStd } = layer as Record<string, unknown>;
  return {
    activation: requireActivation(activation, `${prefix}activation`),
    width: requireWidth(width, `${prefix}width`),
    weightStd: requireNumber(`${prefix}weightStd`, weightStd, { above: 0 }),
  };
}

/** `count` independent terms ½ log Q with the same distribution. */
interface Factor {
  count: number;
  /** Of one term ½ log Q, given Q > 0. */
  mean: number;
  variance: number;
  zeroProbability: number;
  /** Of log Q − 2 mean. */
  characteristic: LogCharacteristic;
}

/** The layers grouped by distribution, and the mean of the log-norm they add. */
function factorsOf(layers: readonly CheckedLayer[]): { factors: Factor[]; mean: number } {
  const factors = new Map<string, Factor>();
  let mean = 0; // Kahan summation: the rounding errors of thousands of equal terms would accumulate
  let excess = 0;
  for (const { activation, width, weightStd } of layers) {
    const { lower, upper, keep, scale } = activation;
    const key = [lower, upper, keep, scale, width].join();
    const factor = factors.get(key) ?? factorOf(activation, width);
    factors.set(key, factor);
    factor.count++;
    const term = Math.log(weightStd) + factor.mean - excess;
    excess = mean + term - mean - term;
    mean += term;
  }
  return { factors: [...factors.values()], mean };
}

function factorOf(activation: Activation, width: number): Factor {
  const unit = unitOf(activation);
  const { mean, variance } = logMoments(unit, width);
  return {
    count: 0,
    mean: Math.log(unit.size) + mean / 2,
    variance: variance / 4,
    zeroProbability: unit.zero ** width,
    characteristic: logCharacteristic(unit, width, mean),
  };
}

/** The density of the centred log-norm: (1 + 2 Σ Re c_j e^(−2πijy/period))/period for |y| < period/2. */
interface FourierSeries {
  period: number;
  /** Real and imaginary parts of c_j, j = 0, 1, … */
  re: Float64Array;
  im: Float64Array;
}

/**
 * Doubles the period, starting from 16 standard deviations, until the series has the exact variance up to a
 * tolerance. Mass outside the period is wrapped around its ends, which lowers the variance of the series. The
 * tolerance corresponds to about 1e-11 of wrapped mass; it is a rule on the missing variance, not a strict
 * bound on the mass. It grows with the number of layers, as rounding errors do. Equation (59) of
 * docs/theory.md.
 */
function fourierSeries(factors: readonly Factor[], variance: number): FourierSeries {
  const tolerance = factors.reduce((sum, { count }) => sum + 1e-15 * count, 1e-13);
  for (let period = 16 * Math.sqrt(variance); ; period *= 2) {
    const { re, im } = coefficients(factors, period);
    let inPeriod = period ** 2 / 12;
    for (let j = 1; j < re.length; j++)
      inPeriod += ((j % 2 === 0 ? 4 : -4) * re[j]!) / ((2 * Math.PI * j) / period) ** 2;
    if (variance - inPeriod <= tolerance * period ** 2) return { period, re, im };
  }
}

/** c_j = E e^(2πij(log-norm − mean)/period), up to the j beyond which all are below 1e-16. */
function coefficients(factors: readonly Factor[], period: number): { re: Float64Array; im: Float64Array } {
  const step = Math.PI / period; // for log Q, twice the log-norm
  const logBound = (j: number) =>
    factors.reduce((sum, { count, characteristic }) => sum + count * characteristic.logBound(j * step), 0);
  let last = 1;
  while (logBound(last) > -37) last++;
  const logModulus = new Float64Array(last + 1);
  const argument = new Float64Array(last + 1);
  for (const { count, characteristic } of factors) {
    const { re, im } = characteristic.at(step, last);
    for (let j = 0; j <= last; j++) {
      logModulus[j]! += count * Math.log(Math.hypot(re[j]!, im[j]!));
      argument[j]! += count * Math.atan2(im[j]!, re[j]!);
    }
  }
  return {
    re: logModulus.map((log, j) => Math.exp(log) * Math.cos(argument[j]!)),
    im: logModulus.map((log, j) => Math.exp(log) * Math.sin(argument[j]!)),
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
