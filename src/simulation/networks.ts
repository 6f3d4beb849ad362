import type { Activation } from '../core/activations';
import { type RandomStream, randomStream } from '../core/random';
import { binomialSampler, chiSquared, coinTosses } from './draws';

/**
 * The parameters shared by all networks of a simulation.
 *
 * `route` selects what is drawn. `norms`: only ‖x‖ in every layer; `outputs`: also the coordinates of the
 * last layer; `matrices`: every weight, as in a real network. All routes have the same distribution.
 */
export interface NetworkPlan {
  readonly activation: Activation;
  readonly width: number;
  /** The depths at which log‖x‖ is recorded, in ascending order. */
  readonly depths: readonly number[];
  readonly weightStd: number;
  readonly noiseStd: number;
  readonly input: 'gaussian' | number;
  readonly seed: number;
  readonly route: 'norms' | 'outputs' | 'matrices';
}

/** Networks `first` to `first + count − 1` of a plan. */
export interface NetworkTask {
  readonly plan: NetworkPlan;
  readonly first: number;
  readonly count: number;
}

/** The result of a task. */
export interface NetworkSample {
  /** log‖x‖ of each network, one array per depth; −Infinity if x = 0. */
  readonly logNorms: Float64Array[];
  /** x/‖x‖ at the last depth, network after network; 0 if x = 0. Empty on the `norms` route. */
  readonly directions: Float64Array;
}

/** Simulates the networks of a task, each from the random stream (seed, number of the network). */
export function simulateNetworks({ plan, first, count }: NetworkTask): NetworkSample {
  const { width, depths, route } = plan;
  const logNorms = depths.map(() => new Float64Array(count).fill(-Infinity));
  const directions = new Float64Array(route === 'norms' ? 0 : count * width);
  const simulate = route === 'matrices' ? matrixNetwork(plan) : normNetwork(plan);
  for (let j = 0; j < count; j++) {
    const record = (index: number, logNorm: number) => {
      logNorms[index]![j] = logNorm;
    };
    const direction = directions.subarray(j * width, (j + 1) * width);
    simulate(randomStream(plan.seed, first + j), record, direction);
  }
  return { logNorms, directions };
}

/**
 * Draws one network, records log‖x‖ at the requested depths, and fills in the direction of the last layer.
 */
type NetworkSimulation = (
  stream: RandomStream,
  record: (index: number, logNorm: number) => void,
  direction: Float64Array,
) => void;

/**
 * Given x, the coordinates of Wx + b are independent N(0, σ²‖x‖² + noiseStd²), so ‖φ(Wx + b)‖² is this
 * variance times Q = Σ φ(gᵢ)². Only one draw of Q is needed per layer. Equations (6)–(8) of docs/theory.md.
 */
function normNetwork(plan: NetworkPlan): NetworkSimulation {
  const { activation, width, depths, weightStd, noiseStd, input, route } = plan;
  const drawSquare = squareSampler(activation, width);
  const lastDepth = depths.at(-1)!;
  const logWeightStd = Math.log(weightStd);
  const logNoiseStd = Math.log(noiseStd);
  return (stream, record, direction) => {
    let logNorm = input === 'gaussian' ? Math.log(chiSquared(stream, width)) / 2 : Math.log(input);
    let index = 0;
    for (let depth = 1; depth <= lastDepth; depth++) {
      const logStd =
        noiseStd === 0 ? logWeightStd + logNorm : logHypotenuse(logWeightStd + logNorm, logNoiseStd);
      logNorm =
        depth === lastDepth && route === 'outputs'
          ? logStd + drawUnits(activation, stream, direction)
          : logStd + Math.log(drawSquare(stream)) / 2;
      if (depth === depths[index]) record(index++, logNorm);
      if (logNorm === -Infinity && noiseStd === 0) return;
    }
  };
}

/**
 * Returns a sampler of Q = Σ φ(gᵢ)² over `width` units, gᵢ ~ N(0, 1), from counts of units and χ² variables.
 * Equation (9) of docs/theory.md.
 */
function squareSampler(activation: Activation, width: number): (stream: RandomStream) => number {
  const { lower, upper, keep, scale } = activation;
  const scaleSquared = scale * scale;
  const slopeSquared = lower * lower;
  if (lower === upper && (slopeSquared === 0 || slopeSquared === 1)) {
    const liveUnits = binomialSampler(width, slopeSquared === 0 ? keep / 2 : keep);
    return (stream) => scaleSquared * chiSquared(stream, liveUnits(stream));
  }
  const keptUnits = binomialSampler(width, keep);
  return (stream) => {
    const kept = keptUnits(stream);
    const positive = coinTosses(stream, kept);
    let sum = chiSquared(stream, positive);
    if (lower === upper) sum += slopeSquared * chiSquared(stream, kept - positive);
    else
      for (let i = positive; i < kept; i++)
        sum += ((lower + (upper - lower) * stream.uniform()) * stream.normal()) ** 2;
    return scaleSquared * sum;
  };
}

/**
 * Draws φ(gᵢ), gᵢ ~ N(0, 1), stores their direction in `direction` and returns the logarithm of their norm.
 */
function drawUnits(activation: Activation, stream: RandomStream, direction: Float64Array): number {
  for (let i = 0; i < direction.length; i++) direction[i] = activate(activation, stream, stream.normal());
  return normalize(direction);
}

/** Evaluates x ← φ(Wx + b) with explicit weights, storing x as a unit vector and its log-norm. */
function matrixNetwork(plan: NetworkPlan): NetworkSimulation {
  const { activation, width, depths, weightStd, noiseStd, input } = plan;
  const lastDepth = depths.at(-1)!;
  const logWeightStd = Math.log(weightStd);
  const logNoiseStd = Math.log(noiseStd);
  const row = new Float64Array(width);
  const next = new Float64Array(width);
  return (stream, record, direction) => {
    let logNorm: number;
    if (input === 'gaussian') {
      stream.fillNormals(direction, 1);
      logNorm = normalize(direction);
    } else {
      direction[0] = 1;
      logNorm = Math.log(input);
    }
    let index = 0;
    for (let depth = 1; depth <= lastDepth; depth++) {
      // pre-activations are divided by exp(logUnit) to avoid over- and underflow
      const logUnit = Math.max(logWeightStd + logNorm, logNoiseStd);
      const weightFactor = Math.exp(logWeightStd + logNorm - logUnit);
      const noiseFactor = Math.exp(logNoiseStd - logUnit);
      for (let i = 0; i < width; i++) {
        stream.fillNormals(row, 1);
        let sum = 0;
        for (let j = 0; j < width; j++) sum += row[j]! * direction[j]!;
        sum *= weightFactor;
        if (noiseStd > 0) sum += noiseFactor * stream.normal();
        next[i] = activate(activation, stream, sum);
      }
      direction.set(next);
      logNorm = logUnit + normalize(direction);
      if (depth === depths[index]) record(index++, logNorm);
      if (logNorm === -Infinity && noiseStd === 0) return;
    }
  };
}

/** φ(x) with random slope and dropout mask; never −0. */
function activate({ lower, upper, keep, scale }: Activation, stream: RandomStream, x: number): number {
  if (keep < 1 && stream.uniform() >= keep) return 0;
  if (x > 0) return scale * x;
  const slope = lower === upper ? lower : lower + (upper - lower) * stream.uniform();
  return scale * slope * x + 0;
}

/** log √(e²ˣ + e²ʸ), where x and y are not both −Infinity. */
function logHypotenuse(x: number, y: number): number {
  return Math.max(x, y) + Math.log1p(Math.exp(-2 * Math.abs(x - y))) / 2;
}

/** Divides x by its norm, unless the norm is 0, and returns the logarithm of the norm. */
export function normalize(x: Float64Array): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += x[i]! * x[i]!;
  const norm = Math.sqrt(square);
  if (norm > 0) for (let i = 0; i < x.length; i++) x[i]! /= norm;
  return Math.log(norm);
}
