import { type Activation, requireActivation } from '../core/activations';
import { requireNumber } from '../core/validation';
import { CLOCK_STEP, clockAt, clockRange } from './clock';
import { requireWidth } from './moments';
import { narrowLaw } from './narrowLaw';
import { type Unit, unitOf } from './unit';

/** Moments of the log-norm a layer adds, given that it is not zero. */
export interface LogNormMoments {
  /** E[½ log Q | Q > 0] */
  mean: number;
  /** Var[½ log Q | Q > 0] */
  variance: number;
  /** P(Q = 0), where the log-norm is −∞ */
  zeroProbability: number;
}

interface MeanAndVariance {
  mean: number;
  variance: number;
}

const EULER_GAMMA = 0.5772156649015329;

/**
 * Mean and variance of ½ log Q given Q > 0, where Q = Σ φ(gᵢ)² over `width` units, gᵢ ~ N(0, 1) independent.
 *
 * Over `depth` layers of weights with standard deviation weightStd, log‖x⁽ᵏ⁾‖ − log‖x⁽⁰⁾‖ has mean
 * depth · (log weightStd + mean) and variance depth · variance, given survival, and is normal in the limit:
 * the paper's claim (abstract of arXiv 2005.11878, its last version). Linear: mean ½(log 2 + ψ(width/2)),
 * variance ¼ψ₁(width/2). For large width, mean ≈ ½ log(width · p₂) − variance and
 * variance ≈ (p₄/p₂² − 1)/(4 width).
 *
 * From the density of Q where it is narrow, from an exponential clock of rate Q elsewhere (our own derivation);
 * 0.1 to 1 ms. The mean's absolute and the variance's relative error are below 1e-12.
 * @param args `width` an integer in [1, 10⁶].
 * @throws TypeError or RangeError naming the argument at fault; a slope's magnitude must be 0 or
 *   in [1e-50, 1e50].
 * @example
 * logNormMoments({ activation: linear, width: 64 }).mean // 2.071588356
 */
export function logNormMoments({
  activation,
  width,
}: {
  activation: Activation;
  width: number;
}): LogNormMoments {
  requireActivation(activation);
  requireWidth(width);
  const unit = unitOf(activation);
  const { mean, variance } = logMoments(unit, width);
  return {
    mean: Math.log(unit.size) + mean / 2,
    variance: variance / 4,
    zeroProbability: unit.zero ** width,
  };
}

/**
 * The growth of the log-norm per layer, lim log‖x⁽ᵏ⁾‖/k = log weightStd + E[½ log Q | Q > 0], given that the
 * network survives. Negative: the output vanishes with depth; at {@link lyapunovStd} it is zero.
 * @param args `width` an integer in [1, 10⁶], `weightStd` > 0.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * const weightStd = kaimingStd({ activation: relu, width: 64 });
 * lyapunovExponent({ activation: relu, width: 64, weightStd }) // -0.0200543
 */
export function lyapunovExponent({
  activation,
  width,
  weightStd,
}: {
  activation: Activation;
  width: number;
  weightStd: number;
}): number {
  requireNumber('weightStd', weightStd, { above: 0 });
  return Math.log(weightStd) + logNormMoments({ activation, width }).mean;
}

/** Mean and variance of log Q at size 1, given Q > 0. */
export function logMoments(unit: Unit, width: number): MeanAndVariance {
  const narrow = narrowLaw(unit, width);
  if (narrow === undefined) return clockLogMoments(unit, width);
  const { mean, variance } = weightedMoments(narrow.logs, narrow.weights);
  return { mean: narrow.logMean + mean, variance };
}

/** With T = E/Q, E ~ Exp(1), log Q = log E − log T. */
function clockLogMoments(unit: Unit, width: number): MeanAndVariance {
  const { from, to } = clockRange(unit, width);
  const logT: number[] = [];
  const density: number[] = [];
  for (let z = from; z < to; z += CLOCK_STEP) {
    const t = Math.exp(z);
    logT.push(z);
    const { tempered, remaining } = clockAt(unit, width, t, 1);
    density.push(Math.min(1, t) * tempered);
    if (remaining < 1e-22) break; // also negligible when weighted by (log t)²
  }
  const { mean, variance } = weightedMoments(logT, density);
  return { mean: -EULER_GAMMA - mean, variance: variance - Math.PI ** 2 / 6 };
}

function weightedMoments(values: readonly number[], weights: readonly number[]): MeanAndVariance {
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = weights.reduce((sum, w, i) => sum + w * values[i]!, 0) / total;
  const variance = weights.reduce((sum, w, i) => sum + w * (values[i]! - mean) ** 2, 0) / total;
  return { mean, variance };
}
