import type { Activation } from '../activations';
import { type RandomStream, randomStream } from '../random';
import { binomialSampler, chiSquared } from './draws';

/**
 * The law q from which the networks of an importance sampling are drawn in place of their own law p, independently for
 * every unit of every layer: it is positive, negative or zero with the probabilities given; if it is positive its
 * normal number has variance `normalVariance` = 1/(1 − 2θ), if it is negative with slope a variance 1/(1 − 2θa²).
 * The normal numbers' likelihood ratio p/q is then √variance · exp(−θa²g²) (a = 1 for a positive unit).
 */
export interface Tilt {
  readonly normalVariance: number;
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

/** A unit's own probabilities; ReLU's negative units count as zero. */
export function unitProbabilities({ lower, upper, keep }: Activation): Omit<Tilt, 'normalVariance'> {
  const positive = keep / 2;
  const negative = lower === 0 && upper === 0 ? 0 : keep / 2;
  return { positive, negative, zero: 1 - positive - negative };
}

/** 2θ of a normal variance 1/(1 − 2θ). */
export function twiceTheta(normalVariance: number): number {
  return 1 - 1 / normalVariance;
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
  /** log p/q. */
  readonly logWeights: Float64Array;
  /** log‖x‖ at the last layer. */
  readonly logNorms: Float64Array;
  /** log of the mean over the last layer's coordinates of |xᵢ|^order. */
  readonly logCoordinateMoments: Float64Array;
}

/** Simulates a task's networks, each from the random stream (seed, its number). */
export function simulateTiltedNetworks({ plan, first, count }: TiltedTask): TiltedSample {
  const logWeights = new Float64Array(count);
  const logNorms = new Float64Array(count);
  const logCoordinateMoments = new Float64Array(count);
  const simulate = tiltedNetwork(plan);
  for (let j = 0; j < count; j++) {
    const network = simulate(randomStream(plan.seed, first + j));
    logWeights[j] = network.logWeight;
    logNorms[j] = network.logNorm;
    logCoordinateMoments[j] = network.logCoordinateMoment;
  }
  return { logWeights, logNorms, logCoordinateMoments };
}

/** What has been drawn of a network, of which its likelihood ratio is made. */
interface Drawn {
  positive: number;
  negative: number;
  zero: number;
  /** Σ a²g² over all units. */
  squares: number;
  /** Σ log of the standard deviation of the normals under q, over units with random slopes. */
  logDeviations: number;
}

type Network = { logWeight: number; logNorm: number; logCoordinateMoment: number };

function tiltedNetwork(plan: TiltedPlan): (stream: RandomStream) => Network {
  const { activation, width, depth, weightStd, order, input, tilt } = plan;
  const logStd = Math.log(weightStd * activation.scale);
  const logWeightOf = likelihoodRatio(activation, tilt);
  const drawUnits = unitsSampler(activation, tilt);
  const drawLayer = layerSampler(activation, width, tilt);
  const unitSquares = new Float64Array(width);
  return (stream) => {
    const drawn: Drawn = { positive: 0, negative: 0, zero: 0, squares: 0, logDeviations: 0 };
    let logNorm = input === 'gaussian' ? Math.log(chiSquared(stream, width)) / 2 : Math.log(input);
    for (let layer = 1; layer < depth; layer++) {
      const before = drawn.squares;
      drawLayer(stream, drawn);
      logNorm += logStd + Math.log(drawn.squares - before) / 2;
    }
  };
}
