import { type ActivationLike, requireActivation } from '../core/activations';
import { requireNumber, requireOptions } from '../core/validation';
import { CLOCK_STEP, clockAt, clockRange } from './clock';
import { requireWidth } from './moments';
import { narrowLaw } from './narrowLaw';
import { type Unit, unitOf } from './unit';

/** Moments of the increment that one layer adds to the log-norm, given that its output is not zero. */
export interface LogNormMoments {
  /** E[½ log Q | Q > 0] */
  mean: number;
  /** Var[½ log Q | Q > 0] */
  variance: number;
  /** P(Q = 0), the probability that the log-norm is −∞. Equation (23) of docs/theory.md. */
  zeroProbability: number;
}

interface MeanAndVariance {
  mean: number;
  variance: number;
}

const EULER_GAMMA = 0.5772156649015329;

/**
 * Computes the mean and variance of the random increment that one layer adds to the log-norm, ½ log Q with
 * Q = Σ φ(gᵢ)² over `width` units and gᵢ ~ N(0, 1) independent, given Q > 0. Use it to predict drift and
 * spread of the log-norm with depth.
 *
 * In a network with surviving outputs, log‖x⁽ᵏ⁾‖ − log‖x⁽⁰⁾‖ has mean depth · (log weightStd + mean) and
 * variance depth · variance. It is asymptotically normal for large depth, as the paper claims (abstract of
 * arXiv 2005.11878, last version). For linear layers, mean = ½(log 2 + ψ(width/2)) and
 * variance = ¼ψ₁(width/2). For large width, mean ≈ ½ log(width · p₂) − variance and variance ≈ (p₄/p₂² −
 * 1)/(4 width), with p₂ and p₄ from {@link meanSquare} and {@link meanFourthPower}.
 *
 * Equations (42)–(46) of docs/theory.md; if Q has a narrow distribution, equation (56). The absolute error of
 * the mean and the relative error of the variance are below 1e-12. One call takes 0.1 to 1 ms.
 * @param args `activation`; `width`, an integer in [1, 10⁶].
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * logNormMoments({ activation: linear, width: 64 }).mean // 2.071588356
 */
export function logNormMoments(args: { activation: ActivationLike; width: number }): LogNormMoments {
  requireOptions('args', args, ['activation', 'width']);
  const width = requireWidth(args.width);
  const unit = unitOf(requireActivation(args.activation));
  const { mean, variance } = logMoments(unit, width);
  return {
    mean: Math.log(unit.size) + mean / 2,
    variance: variance / 4,
    zeroProbability: unit.zero ** width,
  };
}

/**
 * Computes the Lyapunov exponent of a random network: the growth rate of the log-norm per layer, lim
 * log‖x⁽ᵏ⁾‖/k, given that the output is not zero. If it is negative, the output vanishes with depth;
 * {@link lyapunovStd} makes it zero.
 *
 * λ = log weightStd + E[½ log Q | Q > 0], equation (47) of docs/theory.md.
 * @param args `activation`; `width`, an integer in [1, 10⁶]; `weightStd` > 0.
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const weightStd = kaimingStd({ activation: relu, width: 64 });
 * lyapunovExponent({ activation: relu, width: 64, weightStd }) // -0.0200543
 */
export function lyapunovExponent(args: {
  activation: ActivationLike;
  width: number;
  weightStd: number;
}): number {
  const { activation, width, weightStd } = requireOptions('args', args, ['activation', 'width', 'weightStd']);
  requireNumber('weightStd', weightStd, { above: 0 });
  return Math.log(weightStd) + logNormMoments({ activation, width }).mean;
}

/** Mean and variance of log Q given Q > 0, with Q at size 1. */
export function logMoments(unit: Unit, width: number): MeanAndVariance {
  const narrow = narrowLaw(unit, width);
  if (narrow === undefined) return clockLogMoments(unit, width);
  const { mean, variance } = weightedMoments(narrow.logs, narrow.weights);
  return { mean: narrow.logMean + mean, variance };
}

/** log Q = log G − log T with T = G/Q and G ~ Exp(1). Equation (46) of docs/theory.md. */
function clockLogMoments(unit: Unit, width: number): MeanAndVariance {
  const { from, to } = clockRange(unit, width);
  const logT: number[] = [];
  const density: number[] = [];
  for (let z = from; z < to; z += CLOCK_STEP) {
    const t = Math.exp(z);
    logT.push(z);
    const { tempered, remaining } = clockAt(unit, width, t, 1);
    density.push(Math.min(1, t) * tempered);
    if (remaining < 1e-22) break; // negligible also after weighting by (log t)²
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
