import { type Activation, linear, requireActivation } from '../core/activations';
import { received, requireInteger, requireNumber } from '../core/validation';
import { type LogCharacteristic, logCharacteristic } from './logCharacteristic';
import { logMoments } from './logNorm';
import { requireWidth } from './moments';
import { unitOf } from './unit';

/** Deepest network whose mean log-norm keeps 9 digits after the point. */
const MAX_DEPTH = 1e5;

/** One layer x ↦ φ(Wx): `width` rows of weights N(0, weightStd²), no bias. */
export interface RandomLayer {
  activation: Activation;
  width: number;
  weightStd: number;
}

/** `depth` equal layers, or a list of layers; and what enters the first of them. */
export type OutputLawArguments = ((RandomLayer & { depth: number }) | { layers: readonly RandomLayer[] }) & {
  /** A Gaussian vector N(0, I), the default, or any vector of this norm. */
  input?: 'gaussian' | number;
  /** Length of the Gaussian vector; left out, it is the first layer's width. */
  inputWidth?: number;
};

/** The law of the log-norm log‖x⁽ᵏ⁾‖ at the output, given that it is not −∞. */
export interface OutputLaw {
  mean: number;
  variance: number;
  /** P(x⁽ᵏ⁾ = 0) */
  zeroProbability: number;
  /** Density of log‖x⁽ᵏ⁾‖ at x, given x⁽ᵏ⁾ ≠ 0. */
  pdf(x: number): number;
  /** P(log‖x⁽ᵏ⁾‖ ≤ x), given x⁽ᵏ⁾ ≠ 0. */
  cdf(x: number): number;
  /** The x where the cdf is p, 0 < p < 1. */
  quantile(p: number): number;
  /** P(‖x⁽ᵏ⁾‖ < epsilon), the networks with x⁽ᵏ⁾ = 0 among them. */
  probabilityBelow(epsilon: number): number;
}

/**
 * The exact law of the output's log-norm at any depth, without sampling: log‖x⁽ᵏ⁾‖ is log‖x⁽⁰⁾‖ plus, for each
 * layer, an independent log weightStd + ½ log Q, Q = Σ φ(gᵢ)² over the layer's `width` units. `pdf`, `cdf`,
 * `quantile`, `mean` and `variance` are those given x⁽ᵏ⁾ ≠ 0; the atom at zero is `zeroProbability`, and
 * `probabilityBelow` counts it in: zeroProbability + (1 − zeroProbability) · cdf(log epsilon). For large depth
 * the law is close to the normal one with the same mean and variance (the paper's claim, abstract of arXiv
 * 2005.11878, last version).
 *
 * The characteristic functions of ½ log Q (from the density of Q where that is narrow, from an exponential
 * clock elsewhere) are multiplied and inverted as a Fourier series on a period that holds all but 1e-11 of the
 * mass. Our own derivation. The error of the cdf is below 1e-9 to depth 1000, typically 1e-12; so quantiles of
 * p nearer to 0 or 1 than 1e-9 mean nothing. It takes milliseconds for each different pair of activation and
 * width, then microseconds a value; the first call may load mathjs, a third of a second.
 * @param args `activation`, `width` (integer in [1, 10⁶]), `weightStd` > 0 and `depth` (integer in [1, 10⁵]);
 *   or `layers`, each with its own `activation`, `width` (of its output) and `weightStd`. `input` is
 *   'gaussian' (default: `inputWidth` independent N(0, 1), as many as the first layer's width unless given) or
 *   the input's norm > 0.
 * @throws TypeError or RangeError naming the argument at fault, also from the law's methods.
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
  const zeroProbability = -Math.expm1(total((factor) => Math.log1p(-factor.zeroProbability)));
  const { period, re, im } = fourierSeries(factors, variance);
  const half = period / 2;

  /** Σ over j ≥ 1 of Re or Im/j of the j-th coefficient times e^(−2πijy/period). */
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
 * The layers the norm goes through; Gaussian input is one more, linear, fed by a unit vector.
 * @throws TypeError or RangeError naming the argument at fault.
 */
function requireLayers(args: unknown): { layers: RandomLayer[]; shift: number } {
  if (typeof args !== 'object' || args === null)
    throw new TypeError(`the argument must be an object with the layers; got ${received(args)}`);
  const { layers, depth, input = 'gaussian', inputWidth } = args as Record<string, unknown>;
  let all: RandomLayer[];
  if (layers === undefined) {
    const layer = requireLayer(args, '');
    all = Array<RandomLayer>(requireInteger('depth', depth, { atLeast: 1, atMost: MAX_DEPTH })).fill(layer);
  } else {
    if (!Array.isArray(layers))
      throw new TypeError(`layers must be an array of layers; got ${received(layers)}`);
    if (layers.length < 1 || layers.length > MAX_DEPTH)
      throw new RangeError(`layers must have a length in [1, ${MAX_DEPTH}]; got ${layers.length}`);
    if (['activation', 'width', 'weightStd', 'depth'].some((name) => name in args))
      throw new TypeError('give either layers, or activation, width, weightStd and depth; got both');
    all = layers.map((layer, i) => requireLayer(layer, `layers[${i}].`));
  }
  if (input === 'gaussian') {
    const width = inputWidth === undefined ? all[0]!.width : requireWidth(inputWidth, 'inputWidth');
    return { layers: [{ activation: linear, width, weightStd: 1 }, ...all], shift: 0 };
  }
  if (typeof input !== 'number')
    throw new TypeError(`input must be 'gaussian' or a norm in (0, ∞); got ${received(input)}`);
  if (inputWidth !== undefined)
    throw new TypeError(`inputWidth belongs to Gaussian input only; input is ${input}`);
  return { layers: all, shift: Math.log(requireNumber('input', input, { above: 0 })) };
}

function requireLayer(layer: unknown, prefix: string): RandomLayer {
  if (typeof layer !== 'object' || layer === null)
    throw new TypeError(
      `${prefix.slice(0, -1)} must be { activation, width, weightStd }; got ${received(layer)}`,
    );
  const { activation, width, weightStd } = layer as Record<string, unknown>;
  return {
    activation: requireActivation(activation, `${prefix}activation`),
    width: requireWidth(width, `${prefix}width`),
    weightStd: requireNumber(`${prefix}weightStd`, weightStd, { above: 0 }),
  };
}

/** `count` independent terms ½ log Q of one law. */
interface Factor {
  count: number;
  /** Of one ½ log Q given Q > 0. */
  mean: number;
  variance: number;
  zeroProbability: number;
  /** Of log Q − 2 mean. */
  characteristic: LogCharacteristic;
}

/** The layers by law, and the mean of the log-norm they add. */
function factorsOf(layers: readonly RandomLayer[]): { factors: Factor[]; mean: number } {
  const factors = new Map<string, Factor>();
  let mean = 0; // by Kahan's summation: thousands of equal terms would add up their rounding
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
  /** Of c_j, j = 0, 1, … */
  re: Float64Array;
  im: Float64Array;
}

/**
 * Doubles the period, from 16 standard deviations, until no more than mass 1e-11 is wrapped around its ends:
 * it would make the variance of the series smaller than the exact one. (Rounding grows with the number of
 * layers, whose tails then are Gaussian.)
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

/** c_j = E e^(2πij(log-norm − mean)/period), up to where all that follow are below 1e-16. */
function coefficients(factors: readonly Factor[], period: number): { re: Float64Array; im: Float64Array } {
  const step = Math.PI / period; // of log Q, twice the log-norm
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

/** Solves cdf(x) = p in (low, high): Newton's method, and a bisection wherever it leaves the bracket or lingers. */
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
