import type { Activation } from '../core/activations';
import { type RandomStream, randomStream } from '../core/random';
import { binomialSampler, chiSquared } from './draws';
import { logMeanPower } from './logMeanPower';

/** One number for each kind of unit: positive, negative (not 0), and zero. */
export interface Kinds {
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

/**
 * The sampling distribution q that replaces the distribution p of the networks, with t = 1 −
 * 1/normalVariance. Each unit is of a kind with the given probability. A positive unit is |g| with g ~ N(0,
 * 1/(1 − t)). A negative unit is a|g| with slope a drawn from a density ∝ (1 − ta²)^(−1/2) on [lower, upper]
 * and g ~ N(0, 1/(1 − ta²)). So within a kind, the density of the value x of a unit is proportional to its
 * density under p times exp(tx²/2). Equation (62) of docs/theory.md, with θ for t.
 */
export interface Tilt {
  readonly normalVariance: number;
  readonly probabilities: Kinds;
}

/** The parameters shared by all networks of an importance sampling run. */
export interface TiltedPlan {
  readonly activation: Activation;
  readonly width: number;
  readonly depth: number;
  readonly weightStd: number;
  readonly order: number;
  readonly input: 'gaussian' | number;
  readonly seed: number;
  readonly tilt: Tilt;
}

/** Networks `first` to `first + count − 1` of a plan. */
export interface TiltedTask {
  readonly plan: TiltedPlan;
  readonly first: number;
  readonly count: number;
}

/** One number per network; `logNorms` and `logCoordinateMoments` are −Infinity if the network is dead. */
export interface TiltedSample {
  /** log(p/q) of everything drawn. */
  readonly logWeights: Float64Array;
  /** log‖x‖ at the last layer. */
  readonly logNorms: Float64Array;
  /** log of the mean of |xᵢ|^order over the coordinates of the last layer. */
  readonly logCoordinateMoments: Float64Array;
}

/** The t of the tilt exp(tx²/2): 1 − 1/normalVariance. */
export function tiltOf(normalVariance: number): number {
  return 1 - 1 / normalVariance;
}

/**
 * E[exp(tx²/2); kind] for a unit with value x at scale 1, under its original distribution, for
 * 0 ≤ t < 1/(steepest slope)². Equation (62) of docs/theory.md.
 */
export function tiltedMasses({ lower, upper, keep }: Activation, t: number): Kinds {
  const positive = keep / 2 / Math.sqrt(1 - t);
  if (lower === 0 && upper === 0) return { positive, negative: 0, zero: 1 - keep / 2 };
  return { positive, negative: (keep / 2) * negativeMass(lower, upper, t), zero: 1 - keep };
}

/**
 * The mean of (1 − ta²)^(−1/2) over slopes a ~ U[lower, upper]: (asin ru − asin rl)/(r(u − l)) with r = √t.
 */
function negativeMass(lower: number, upper: number, t: number): number {
  if (lower === upper || t === 0) return 1 / Math.sqrt(1 - t * lower * lower);
  const r = Math.sqrt(t);
  const [x, y] = [r * upper, r * lower];
  // for slopes of one sign, a form of the difference of arcsines without cancellation
  const difference =
    x * y <= 0
      ? Math.asin(x) - Math.asin(y)
      : Math.asin(
          ((x - y) * Math.abs(x + y)) / Math.abs(x * Math.sqrt(1 - y * y) + y * Math.sqrt(1 - x * x)),
        );
  return difference / (x - y);
}

/** Simulates the networks of a task, each from the random stream (seed, number of the network). */
export function simulateTiltedNetworks({ plan, first, count }: TiltedTask): TiltedSample {
  const sample = {
    logWeights: new Float64Array(count),
    logNorms: new Float64Array(count),
    logCoordinateMoments: new Float64Array(count),
  };
  const simulate = tiltedNetwork(plan);
  for (let j = 0; j < count; j++) simulate(randomStream(plan.seed, first + j), sample, j);
  return sample;
}

/** Totals of what was drawn in all layers of a network so far; its likelihood ratio depends only on them. */
interface Drawn {
  positive: number;
  negative: number;
  zero: number;
  squares: number;
}

/** Draws the units of a layer at scale 1, adds them to `drawn` and returns the sum of their squares. */
type LayerSampler = (stream: RandomStream, drawn: Drawn) => number;

function tiltedNetwork(
  plan: TiltedPlan,
): (stream: RandomStream, sample: TiltedSample, index: number) => void {
  const { activation, width, depth, weightStd, order, input, tilt } = plan;
  const logStd = Math.log(weightStd * activation.scale);
  const logLikelihoodRatio = likelihoodRatio(activation, tilt);
  const units = new Float64Array(width);
  const drawUnits = unitSampler(activation, tilt, units);
  const drawLayer = countSampler(activation, tilt, width) ?? drawUnits;
  return (stream, sample, index) => {
    const drawn: Drawn = { positive: 0, negative: 0, zero: 0, squares: 0 };
    let logNorm = input === 'gaussian' ? Math.log(chiSquared(stream, width)) / 2 : Math.log(input);
    for (let layer = 1; layer < depth && logNorm > -Infinity; layer++)
      logNorm += logStd + Math.log(drawLayer(stream, drawn)) / 2;
    const logScale = logNorm + logStd;
    sample.logNorms[index] = logScale + Math.log(drawUnits(stream, drawn)) / 2;
    sample.logCoordinateMoments[index] = order * logScale + logMeanPower(units, 0, width, order);
    sample.logWeights[index] = logLikelihoodRatio(drawn);
  };
}

/**
 * Logarithm of the likelihood ratio. A unit with value x contributes the factor [E[exp(tx²/2);
 * kind]/(probability of the kind)] · exp(−tx²/2). Equation (63) of docs/theory.md.
 */
function likelihoodRatio(activation: Activation, tilt: Tilt): (drawn: Drawn) => number {
  const t = tiltOf(tilt.normalVariance);
  const masses = tiltedMasses(activation, t);
  // a kind with zero mass is never drawn
  const logFactor = (kind: keyof Kinds) =>
    masses[kind] === 0 ? 0 : Math.log(masses[kind] / tilt.probabilities[kind]);
  const [positive, negative, zero] = [logFactor('positive'), logFactor('negative'), logFactor('zero')];
  return (drawn) =>
    drawn.positive * positive + drawn.negative * negative + drawn.zero * zero - (t / 2) * drawn.squares;
}

/**
 * Samples a layer from a count and χ² variables. Possible if units that are not positive are all negative
 * with a fixed slope, or all zero; undefined otherwise.
 */
function countSampler(activation: Activation, tilt: Tilt, width: number): LayerSampler | undefined {
  const { lower: slope, upper } = activation;
  const { positive: probability, negative, zero } = tilt.probabilities;
  if (slope !== upper || (negative > 0 && zero > 0)) return undefined;
  const positiveUnits = binomialSampler(width, probability);
  const negativeSquare = slope * slope * varianceAt(slope, tilt);
  return (stream, drawn) => {
    const positive = positiveUnits(stream);
    let squares = tilt.normalVariance * chiSquared(stream, positive);
    drawn.positive += positive;
    if (zero > 0) drawn.zero += width - positive;
    else {
      drawn.negative += width - positive;
      squares += negativeSquare * chiSquared(stream, width - positive);
    }
    drawn.squares += squares;
    return squares;
  };
}

/** Samples a layer unit by unit and stores the absolute values in `units`. */
function unitSampler({ lower, upper }: Activation, tilt: Tilt, units: Float64Array): LayerSampler {
  const { positive, negative } = tilt.probabilities;
  const deviation = Math.sqrt(tilt.normalVariance);
  const drawSlope = slopeSampler(lower, upper, tiltOf(tilt.normalVariance));
  return (stream, drawn) => {
    let squares = 0;
    for (let i = 0; i < units.length; i++) {
      const place = stream.uniform();
      let unit = 0;
      if (place < positive) {
        drawn.positive++;
        unit = deviation * stream.normal();
      } else if (place < positive + negative) {
        drawn.negative++;
        const slope = drawSlope(stream);
        unit = slope * Math.sqrt(varianceAt(slope, tilt)) * stream.normal();
      } else drawn.zero++;
      units[i] = Math.abs(unit);
      squares += unit * unit;
    }
    drawn.squares += squares;
    return squares;
  };
}

/**
 * Returns a sampler of slopes with density ∝ (1 − ta²)^(−1/2) on [lower, upper], by inverting the arcsine.
 */
function slopeSampler(lower: number, upper: number, t: number): (stream: RandomStream) => number {
  if (lower === upper) return () => lower;
  if (t === 0) return (stream) => lower + (upper - lower) * stream.uniform();
  const r = Math.sqrt(t);
  const [from, to] = [Math.asin(r * lower), Math.asin(r * upper)];
  return (stream) => Math.sin(from + (to - from) * stream.uniform()) / r;
}

function varianceAt(slope: number, { normalVariance }: Tilt): number {
  return 1 / (1 - tiltOf(normalVariance) * slope * slope);
}
