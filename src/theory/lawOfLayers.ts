import type { Activation } from '../core/activations';
import { type LogCharacteristic, logCharacteristic } from './logCharacteristic';
import { logMoments } from './logNorm';
import { unitOf } from './unit';

/** A layer x ↦ φ(Wx) without bias: W has `width` rows of independent weights N(0, weightStd²). */
export interface LawLayer {
  activation: Activation;
  width: number;
  weightStd: number;
}

/** The law of the log-norm of the output, given that it is not zero; for the input of norm 1. */
export interface LawOfLayers {
  mean: number;
  variance: number;
  zeroProbability: number;
  /** The density and the cdf at mean + y. */
  pdf(y: number): number;
  cdf(y: number): number;
  /** Where both end: they are computed for |y| < half. */
  half: number;
}

/**
 * The law of the output of `layers`, whose arguments are valid. Equations (52)–(59) of docs/theory.md; see `outputLaw`.
 */
export function lawOfLayers(layers: readonly LawLayer[]): LawOfLayers {
  const { factors, mean } = factorsOf(layers);
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
  return {
    mean,
    variance,
    zeroProbability,
    half,
    pdf: (y) => (Math.abs(y) < half ? Math.max(0, (1 + 2 * sum(y, 're')) / period) : 0),
    cdf(y) {
      if (Math.abs(y) >= half) return y > 0 ? 1 : 0;
      return Math.min(1, Math.max(0, 0.5 + y / period - sum(y, 'im') / Math.PI));
    },
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
function factorsOf(layers: readonly LawLayer[]): { factors: Factor[]; mean: number } {
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
