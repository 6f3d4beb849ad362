import { type Activation, requireActivation } from '../activations';
import { requireNumber } from '../validation';
import { CLOCK_STEP, clockAt, clockRange } from './clock';
import { meanFourthPower, meanSquare, requireWidth } from './moments';
import { type Unit, unitOf, zeroProbability } from './unit';

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
 * depth · (log weightStd + mean) and variance depth · variance, given survival, and is normal in the limit: the paper's
 * claim (abstract of arXiv 2005.11878, its last version). Linear: mean ½(log 2 + ψ(width/2)), variance ¼ψ₁(width/2).
 * For large width, mean ≈ ½ log(width · p₂) − variance and variance ≈ (p₄/p₂² − 1)/(4 width).
 *
 * From the density of Q where Q/E Q is narrow, from an exponential clock of rate Q elsewhere (our own derivation);
 * 0.1 to 1 ms. The mean's absolute and the variance's relative error are below 1e-12.
 * @param args `width` an integer in [1, 10⁶].
 * @throws TypeError or RangeError naming the argument at fault; a slope's magnitude must be 0 or in [1e-50, 1e50].
 * @example
 * logNormMoments({ activation: linear, width: 64 }).mean // 2.071588355
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
  const relativeVariance = (meanFourthPower(activation) / meanSquare(activation) ** 2 - 1) / width;
  const { mean, variance } =
    relativeVariance < 0.002
      ? narrowLogMoments(unit, width, meanSquare(activation) / unit.size ** 2, relativeVariance)
      : clockLogMoments(unit, width);
  return {
    mean: Math.log(unit.size) + mean / 2,
    variance: variance / 4,
    zeroProbability: zeroProbability(activation, width),
  };
}

/**
 * The growth of the log-norm per layer, lim log‖x⁽ᵏ⁾‖/k = log weightStd + E[½ log Q | Q > 0], given that the
 * network survives. Negative: the output vanishes with depth; at {@link lyapunovStd} it is zero.
 * @param args `width` an integer in [1, 10⁶], `weightStd` > 0.
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * lyapunovExponent({ activation: relu, width: 64, weightStd: kaimingStd({ activation: relu, width: 64 }) }) // -0.0200543
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

/** Of log Q at size 1: with T = E/Q, E ~ Exp(1), log Q = log E − log T. */
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

/**
 * Of log Q at size 1, where R = Q/(width · p₂) keeps within 14 standard deviations of 1, and these away from 0: the
 * characteristic function of R on a lattice gives the density of R as a Fourier series on that window.
 * (The clock would lose digits: its own variance π²/6 then exceeds that of log Q by far.)
 */
function narrowLogMoments(unit: Unit, width: number, p2: number, relativeVariance: number): MeanAndVariance {
  const halfWindow = 14 * Math.sqrt(relativeVariance);
  const re: number[] = []; // of E e^(iu(R − 1)), u = πj/halfWindow, j = 1, 2, …
  const im: number[] = [];
  for (let u = Math.PI / halfWindow; ; u += Math.PI / halfWindow) {
    const { logModulus, argument } = logCharacteristic(unit, width, u / (width * p2));
    if (logModulus < -42) break;
    re.push(Math.exp(logModulus) * Math.cos(argument - u));
    im.push(Math.exp(logModulus) * Math.sin(argument - u));
  }
  const points = 4 * re.length;
  const logR: number[] = [];
  const density: number[] = [];
  for (let i = 0; i < points; i++) {
    const angle = Math.PI * ((2 * i + 1) / points - 1);
    let sum = 0.5;
    for (let j = 0; j < re.length; j++)
      sum += re[j]! * Math.cos((j + 1) * angle) + im[j]! * Math.sin((j + 1) * angle);
    logR.push(Math.log1p((halfWindow * angle) / Math.PI));
    density.push(sum);
  }
  const { mean, variance } = weightedMoments(logR, density);
  return { mean: Math.log(width * p2) + mean, variance };
}

/** log E e^(iuQ), from 1 − E e^(iuφ²) = Σ w (1 − (1 − iX)^(−1/2)), X = 2a²u, without cancellation for small u. */
function logCharacteristic(unit: Unit, width: number, u: number): { logModulus: number; argument: number } {
  const { squares, weights } = unit.slopesFor(u);
  let lossRe = 0;
  let lossIm = 0;
  for (let i = 0; i < squares.length; i++) {
    const x = 2 * squares[i]! * u;
    const modulus = Math.hypot(1, x);
    const rootRe = Math.sqrt((modulus + 1) / 2); // √(1 − iX) = rootRe − i rootIm
    const rootIm = x / (2 * rootRe);
    const excess = (x * x) / (2 * (modulus + 1) * (rootRe + 1)); // rootRe − 1
    // 1 − 1/root = (root − 1) · conjugate(root)/|root|²
    lossRe += (weights[i]! * (excess * rootRe + rootIm * rootIm)) / modulus;
    lossIm += (weights[i]! * (excess * rootIm - rootIm * rootRe)) / modulus;
  }
  return {
    logModulus: (width / 2) * Math.log1p(lossRe * lossRe + lossIm * lossIm - 2 * lossRe),
    argument: width * Math.atan2(-lossIm, 1 - lossRe),
  };
}

function weightedMoments(values: readonly number[], weights: readonly number[]): MeanAndVariance {
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = weights.reduce((sum, w, i) => sum + w * values[i]!, 0) / total;
  const variance = weights.reduce((sum, w, i) => sum + w * (values[i]! - mean) ** 2, 0) / total;
  return { mean, variance };
}
