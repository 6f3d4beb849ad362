import type { Activation } from '../core/activations';
import { type RandomStream, randomStream } from '../core/random';
import { binomialSampler, chiSquared } from './draws';

/** One number for the units that are positive, for those that are negative (but not 0), and for those that are 0. */
export interface Kinds {
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

/**
 * The law q from which networks are drawn in place of their own law p, with t = 1 − 1/normalVariance: each unit is of
 * a kind with the given probability; a positive unit is |g|, g ~ N(0, 1/(1 − t)), and a negative one a|g| with its
 * slope a drawn from a density ∝ (1 − ta²)^(−1/2) on [lower, upper] and g ~ N(0, 1/(1 − ta²)). Within a kind, the
 * density of a unit's value x is thereby p's times exp(tx²/2), up to a factor.
 */
export interface Tilt {
  readonly normalVariance: number;
  readonly probabilities: Kinds;
}

/** What every network of an importance sampling has in common. */
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

/** Networks `first` … `first + count − 1` of a plan. */
export interface TiltedTask {
  readonly plan: TiltedPlan;
  readonly first: number;
  readonly count: number;
}

/** One number a network; −Infinity in the last two where the network died. */
export interface TiltedSample {
  /** log p/q of everything drawn. */
  readonly logWeights: Float64Array;
  /** log‖x‖ at the last layer. */
  readonly logNorms: Float64Array;
  /** log of the mean of |xᵢ|^order over the last layer's coordinates. */
  readonly logCoordinateMoments: Float64Array;
}

/** 1 − 1/normalVariance: twice the θ of a tilt by exp(θx²). */
export function tiltOf(normalVariance: number): number {
  return 1 - 1 / normalVariance;
}

/** A unit's E[exp(tx²/2); kind] under its own law (scale 1), x its value, for 0 ≤ t < 1/steepest slope². */
export function tiltedMasses({ lower, upper, keep }: Activation, t: number): Kinds {
  const positive = keep / 2 / Math.sqrt(1 - t);
  if (lower === 0 && upper === 0) return { positive, negative: 0, zero: 1 - keep / 2 };
  return { positive, negative: (keep / 2) * negativeMass(lower, upper, t), zero: 1 - keep };
}

/** The mean of (1 − ta²)^(−1/2) over slopes a ~ U[lower, upper]: (asin ru − asin rl)/(r(u − l)), r = √t. */
function negativeMass(lower: number, upper: number, t: number): number {
  if (lower === upper || t === 0) return 1 / Math.sqrt(1 - t * lower * lower);
  const r = Math.sqrt(t);
  const [x, y] = [r * upper, r * lower];
  // for slopes of one sign the difference of arcsines in a form without cancellation
  const difference =
    x * y <= 0
      ? Math.asin(x) - Math.asin(y)
      : Math.asin(
          ((x - y) * Math.abs(x + y)) / Math.abs(x * Math.sqrt(1 - y * y) + y * Math.sqrt(1 - x * x)),
        );
  return difference / (x - y);
}

/** Simulates a task's networks, each from the random stream (seed, its number). */
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

/** What has been drawn for a network so far, in all its layers: what its likelihood ratio depends on. */
interface Drawn {
  positive: number;
  negative: number;
  zero: number;
  squares: number;
}

/** Draws a layer's units at scale 1, notes them in `drawn` and returns the sum of their squares. */
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
    const powers = units.reduce((sum, unit) => sum + unit ** order, 0);
    sample.logCoordinateMoments[index] = order * logScale + Math.log(powers / width);
    sample.logWeights[index] = logLikelihoodRatio(drawn);
  };
}

/** For a unit of value x it is [E[exp(tx²/2); kind]/probability of the kind] · exp(−tx²/2). */
function likelihoodRatio(activation: Activation, tilt: Tilt): (drawn: Drawn) => number {
  const t = tiltOf(tilt.normalVariance);
  const masses = tiltedMasses(activation, t);
  // a kind without mass is never drawn
  const logFactor = (kind: keyof Kinds) =>
    masses[kind] === 0 ? 0 : Math.log(masses[kind] / tilt.probabilities[kind]);
  const [positive, negative, zero] = [logFactor('positive'), logFactor('negative'), logFactor('zero')];
  return (drawn) =>
    drawn.positive * positive + drawn.negative * negative + drawn.zero * zero - (t / 2) * drawn.squares;
}

/** By a count and χ² variables, where a unit that is not positive has only one other kind and one slope. */
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

/** Unit by unit; their absolute values go into `units`. */
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

/** Slopes of density ∝ (1 − ta²)^(−1/2) on [lower, upper], the distribution function being an arcsine. */
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
