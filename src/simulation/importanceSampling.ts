import * as path from 'node:path';
import { type Activation, requireActivation } from '../core/activations';
import { requireInteger, requireNumber } from '../core/validation';
import { type LogAbsoluteMoment, logAbsoluteMoment } from '../estimators/absoluteMoment';
import { cellSignal } from '../notebook/host';
import { doTasks, threadsFor } from '../platform/tasks';
import { requireWidth } from '../theory/moments';
import { split } from './simulate';
import {
  type Kinds,
  simulateTiltedNetworks,
  type Tilt,
  type TiltedPlan,
  type TiltedSample,
  type TiltedTask,
  tiltedMasses,
  tiltOf,
} from './tiltedNetworks';

/** Which moment of which networks to estimate, and how. */
export interface ImportanceSamplingOptions {
  /** φ, its random slopes and dropout masks drawn for each unit. */
  activation: Activation;
  /** Units of every layer and of the input, 1 … 10⁶. */
  width: number;
  /** The layer k whose output's moment is estimated, at least 1. */
  depth: number;
  /** σ > 0: every weight is N(0, σ²). */
  weightStd: number;
  /** The moment's order, any number > 0. */
  order: number;
  /** How many independent networks, at least 2. */
  networks: number;
  /** Network j draws from the random stream (seed, j); an integer in [0, 2⁵³ − 1]. */
  seed: number;
  /** `'gaussian'`, the default: x⁽⁰⁾ ~ N(0, I); or a number > 0: ‖x⁽⁰⁾‖. */
  input?: 'gaussian' | number;
  /**
   * Variance v of a positive unit's normal number, at least 1 (no tilt) and below a²/(a² − 1) where a slope a is
   * steeper than 1; by default chosen, see `importanceSampledMoment`.
   */
  normalVariance?: number;
  /** Probability in (0, 1) with which a unit is positive; by default what goes with `normalVariance`. */
  positiveProbability?: number;
  /** Ends the simulation; in a notebook, by default, the running cell's. */
  signal?: AbortSignal | undefined;
  /** Called as networks are done. */
  onProgress?: (done: number, total: number) => void;
}

/** Moments of a layer's output, simulated. */
export interface ImportanceSampledMoment {
  /** E‖x⁽ᵏ⁾‖^order, as a logarithm. */
  readonly norm: LogAbsoluteMoment;
  /** E|xᵢ⁽ᵏ⁾|^order, the mean over coordinates, as a logarithm. */
  readonly coordinate: LogAbsoluteMoment;
  /** The variance from which the normal numbers were drawn. */
  readonly normalVariance: number;
  /** The probability with which units were positive. */
  readonly positiveProbability: number;
}

/**
 * Simulates a moment of the output of random networks, E‖x⁽ᵏ⁾‖^order and E|xᵢ⁽ᵏ⁾|^order, where plain simulation is
 * hopeless because the few networks that make the moment are too rare to be drawn (deep networks, high orders).
 *
 * Importance sampling: the networks are drawn from a law under which large outputs are common, and each counts with
 * its likelihood ratio. Every unit's law is tilted by exp(tx²/2), x its value at scale 1: a positive unit's normal
 * number has variance v = 1/(1 − t), that of a unit with slope a variance 1/(1 − ta²), and units are positive more
 * often. With m(t) a unit's own E exp(tx²/2) and Q = Σ x² a layer's sum, the likelihood ratio of a layer is
 * m(t)^width · exp(−tQ/2); a given `positiveProbability` multiplies it by the ratios of the signs' probabilities. No
 * moment of Q enters, so the result can be held against `momentFactor`.
 *
 * By default t minimises the bound E Q^(order/2) ≤ (order/(et))^(order/2) · m(t)^width, at which exp(tx²/2) touches
 * the power where it matters; a search by hand gains a few percent at most. Every network's term is then below the
 * product of the layers' bounds, so the variance exists, and the standard error can be trusted where the effective
 * sample size is large (`warning` says where it is not). That size falls exponentially with depth · (order/width)².
 *
 * Own derivation. The networks are those of `simulateLogNorms` without noise, the last layer drawn unit by unit. Some
 * 0.1 µs a layer, 15 ns a unit where slopes are random or a slope meets dropout; on worker threads where it pays.
 * @returns both moments as logarithms with relative standard errors, and the law they were drawn from
 * @throws TypeError or RangeError naming the argument at fault; the signal's reason when aborted.
 * @example
 * const { norm } = await importanceSampledMoment({
 *   activation: relu, width: 64, depth: 50, weightStd: momentPreservingStd({ activation: relu, s: 1, width: 64 }),
 *   order: 1, networks: 2000, seed: 1, input: 1,
 * });
 * Math.exp(norm.logValue) // 0.9995
 */
export async function importanceSampledMoment(
  options: ImportanceSamplingOptions,
): Promise<ImportanceSampledMoment> {
  const plan = checkedPlan(options);
  const { signal = cellSignal(), onProgress } = options;
  const networks = requireInteger('networks', options.networks, { atLeast: 2 });
  const sample = await simulate(plan, networks, signal, onProgress);
  const { logWeights } = sample;
  return {
    norm: logAbsoluteMoment(sample.logNorms, plan.order, { logWeights }),
    coordinate: logAbsoluteMoment(sample.logCoordinateMoments, 1, { logWeights }),
    normalVariance: plan.tilt.normalVariance,
    positiveProbability: plan.tilt.probabilities.positive,
  };
}

function checkedPlan(options: ImportanceSamplingOptions): TiltedPlan {
  const { weightStd, seed, input = 'gaussian' } = options;
  if (input !== 'gaussian') requireNumber("input, unless 'gaussian',", input, { above: 0 });
  const activation = requireActivation(options.activation);
  const width = requireWidth(options.width);
  const order = requireNumber('order', options.order, { above: 0 });
  return {
    activation,
    width,
    depth: requireInteger('depth', options.depth, { atLeast: 1 }),
    weightStd: requireNumber('weightStd', weightStd, { above: 0 }),
    order,
    input,
    seed: requireInteger('seed', seed, { atLeast: 0 }),
    tilt: chooseTilt(activation, width, order, options),
  };
}

function chooseTilt(
  activation: Activation,
  width: number,
  order: number,
  { normalVariance, positiveProbability }: ImportanceSamplingOptions,
): Tilt {
  const steepest = Math.max(1, activation.lower ** 2, activation.upper ** 2);
  const variance =
    normalVariance === undefined
      ? 1 / (1 - bestTilt(activation, width, order, steepest))
      : requireNumber('normalVariance', normalVariance, {
          atLeast: 1,
          ...(steepest > 1 ? { below: steepest / (steepest - 1) } : {}),
        });
  const masses = tiltedMasses(activation, tiltOf(variance));
  const positive =
    positiveProbability === undefined
      ? masses.positive / totalOf(masses)
      : requireNumber('positiveProbability', positiveProbability, { above: 0, below: 1 });
  const others = (1 - positive) / (masses.negative + masses.zero);
  return {
    normalVariance: variance,
    probabilities: { positive, negative: masses.negative * others, zero: masses.zero * others },
  };
}

/** The t in (0, 1/steepest) with the least bound on E Q^(order/2), by golden sections: its logarithm is convex. */
function bestTilt(activation: Activation, width: number, order: number, steepest: number): number {
  const logBound = (t: number) =>
    width * Math.log(totalOf(tiltedMasses(activation, t))) - (order / 2) * Math.log(t);
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1 / steepest];
  while (high - low > 1e-6 * high) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (logBound(left) < logBound(right)) high = right;
    else low = left;
  }
  return low;
}

function totalOf({ positive, negative, zero }: Kinds): number {
  return positive + negative + zero;
}

async function simulate(
  plan: TiltedPlan,
  networks: number,
  signal: AbortSignal | undefined,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<TiltedSample> {
  const cost = nanosecondsPerNetwork(plan);
  const sample = {
    logWeights: new Float64Array(networks),
    logNorms: new Float64Array(networks),
    logCoordinateMoments: new Float64Array(networks),
  };
  let done = 0;
  await doTasks({
    run: simulateTiltedNetworks,
    workerFile: path.join(__dirname, 'tiltedNetworks.worker.js'),
    tasks: split(plan, networks, cost),
    threads: threadsFor(networks * cost),
    signal,
    onResult(part: TiltedSample, { first, count }: TiltedTask) {
      sample.logWeights.set(part.logWeights, first);
      sample.logNorms.set(part.logNorms, first);
      sample.logCoordinateMoments.set(part.logCoordinateMoments, first);
      done += count;
      onProgress?.(done, networks);
    },
  });
  return sample;
}

/** What a network costs, measured roughly; it decides how the work is cut, never what comes out. */
function nanosecondsPerNetwork({ activation: { lower, upper, keep }, width, depth }: TiltedPlan): number {
  const byUnits = lower !== upper || (keep < 1 && lower !== 0);
  return 1000 + 30 * width + depth * (byUnits ? 30 * width : 130);
}
