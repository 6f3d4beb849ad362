import { type Activation, type ActivationLike, requireActivation } from '../core/activations';
import {
  requireControl,
  requireInteger,
  requireNumber,
  requireOptions,
  requireSeed,
} from '../core/validation';
import { type LogAbsoluteMoment, logAbsoluteMoment } from '../estimators/absoluteMoment';
import { cellSignal } from '../platform/cellSignal';
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

/** The networks, the moment to estimate, and the sampling distribution. */
export interface ImportanceSamplingOptions {
  /** The activation φ. Random slopes and dropout masks are drawn for each unit. */
  activation: ActivationLike;
  /** Width of every layer and of the input, an integer in [1, 10⁶]. */
  width: number;
  /** Depth k of the layer whose output moment is estimated, an integer in [1, 10⁶]. */
  depth: number;
  /** Weight standard deviation σ > 0: every weight is N(0, σ²). */
  weightStd: number;
  /** Order of the moment, a number in (0, 1e100]. */
  order: number;
  /** Number of independent networks, an integer in [2, 10⁸]. */
  networks: number;
  /** Seed, an integer in [0, 2⁵³ − 1]. Network j draws from the random stream (seed, j). */
  seed: number;
  /** `'gaussian'` (default) for x⁽⁰⁾ ~ N(0, I), or the norm ‖x⁽⁰⁾‖ > 0 of a fixed input. */
  input?: 'gaussian' | number;
  /**
   * Variance v in [1, 10⁶] from which the normal number of a positive unit is drawn; 1 means no tilt. If a slope a
   * has |a| > 1, v must be below a²/(a² − 1). The default minimizes a bound on the moment; see
   * {@link importanceSampledMoment}.
   */
  normalVariance?: number;
  /** Probability in (0, 1) that a unit is positive; the default follows from `normalVariance`. */
  positiveProbability?: number;
  /** Aborts the simulation. In a notebook it defaults to the signal of the running cell. */
  signal?: AbortSignal | undefined;
  /** Called with the number of finished networks and the total. */
  onProgress?: (done: number, total: number) => void;
}

/** Estimated moments of the output, and the sampling distribution that was used. */
export interface ImportanceSampledMoment {
  /** Estimate of log E‖x⁽ᵏ⁾‖^order. */
  readonly norm: LogAbsoluteMoment;
  /** Estimate of log E|xᵢ⁽ᵏ⁾|^order, averaged over coordinates. */
  readonly coordinate: LogAbsoluteMoment;
  /** The variance from which the normal numbers of positive units were drawn. */
  readonly normalVariance: number;
  /** The probability with which units were positive. */
  readonly positiveProbability: number;
}

/**
 * Estimates moments of the output of random networks, E‖x⁽ᵏ⁾‖^order and E|xᵢ⁽ᵏ⁾|^order, by importance
 * sampling. Use it for deep networks and high orders, where the networks that determine the moment are too
 * rare for plain simulation.
 *
 * Networks are drawn from a distribution under which large outputs are common, and each is weighted by its
 * likelihood ratio. The distribution of every unit is tilted by exp(tx²/2), where x is its value at scale 1:
 * the normal number of a positive unit has variance v = 1/(1 − t), that of a unit with slope a has variance
 * 1/(1 − ta²), and units are positive more often. With m(t) = E exp(tx²/2) for one unit and Q = Σ x² over a
 * layer, the likelihood ratio of a layer is m(t)^width · exp(−tQ/2). A given `positiveProbability` multiplies
 * it by the ratios of the sign probabilities. The estimate uses no moment of Q, so it is an independent check
 * of {@link momentFactor}. Equations (62)–(65) of docs/theory.md, which writes θ for t.
 *
 * By default t minimizes the bound E Q^(order/2) ≤ (order/(et))^(order/2) · m(t)^width, equation (64); manual
 * tuning gains at most a few percent. The contribution of a network is then at most the product of the bounds
 * of its layers times ‖x⁽⁰⁾‖^order, which is random for Gaussian input but has finite moments. So the
 * variance is finite. The standard error is reliable if the effective sample size is large; otherwise
 * `warning` is set. This size decreases exponentially with depth · (order/width)², equation (65).
 *
 * The networks are those of {@link simulateLogNorms} without noise, with the last layer drawn unit by unit. A
 * layer takes about 0.1 µs, or 15 ns per unit for random slopes and for nonzero slopes with dropout. Large
 * simulations run on worker threads.
 * @param options see {@link ImportanceSamplingOptions}.
 * @returns both moments as logarithms with relative standard errors, and the sampling distribution.
 * @throws TypeError or RangeError naming the invalid argument; the reason of the signal if aborted.
 * @example
 * const { norm } = await importanceSampledMoment({
 *   activation: relu, width: 64, depth: 50, order: 1,
 *   weightStd: momentPreservingStd({ activation: relu, s: 1, width: 64 }),
 *   networks: 2000, seed: 1, input: 1,
 * });
 * Math.exp(norm.logValue) // 0.9995
 */
export async function importanceSampledMoment(
  options: ImportanceSamplingOptions,
): Promise<ImportanceSampledMoment> {
  const plan = checkedPlan(options);
  const { signal = cellSignal(), onProgress } = options;
  const networks = requireInteger('networks', options.networks, { atLeast: 2, atMost: 1e8 });
  const sample = await simulate(plan, networks, signal, onProgress);
  const { logWeights } = sample;
  return {
    norm: logAbsoluteMoment(sample.logNorms, plan.order, { logWeights }),
    coordinate: logAbsoluteMoment(sample.logCoordinateMoments, 1, { logWeights }),
    normalVariance: plan.tilt.normalVariance,
    positiveProbability: plan.tilt.probabilities.positive,
  };
}

const optionNames = [
  ...['activation', 'width', 'depth', 'weightStd', 'order', 'networks', 'seed', 'input'],
  ...['normalVariance', 'positiveProbability', 'signal', 'onProgress'],
];

function checkedPlan(options: ImportanceSamplingOptions): TiltedPlan {
  requireOptions('options', options, optionNames);
  requireControl(options);
  const { weightStd, seed, input = 'gaussian' } = options;
  if (input !== 'gaussian') requireNumber("input (unless 'gaussian')", input, { above: 0 });
  const activation = requireActivation(options.activation);
  const width = requireWidth(options.width);
  const order = requireNumber('order', options.order, { above: 0, atMost: 1e100 });
  return {
    activation,
    width,
    depth: requireInteger('depth', options.depth, { atLeast: 1, atMost: 1e6 }),
    weightStd: requireNumber('weightStd', weightStd, { above: 0 }),
    order,
    input,
    seed: requireSeed(seed),
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
          ...(steepest > 1 + 1e-6 ? { below: steepest / (steepest - 1) } : { atMost: 1e6 }),
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

/**
 * The t in (0, 1/steepest) that minimizes the bound on E Q^(order/2), by golden-section search: the logarithm
 * of the bound is convex. Equation (64) of docs/theory.md.
 */
function bestTilt(activation: Activation, width: number, order: number, steepest: number): number {
  const logBound = (t: number) =>
    width * Math.log(totalOf(tiltedMasses(activation, t))) - (order / 2) * Math.log(t);
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1 / steepest];
  // at orders so small that 0 is best, the search ends when t is too small to matter
  while (high - low > 1e-6 * high && high * steepest > 1e-15) {
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
    worker: 'simulation/tiltedNetworks.worker',
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

/** Rough cost of a network. It determines how the work is split, not the result. */
function nanosecondsPerNetwork({ activation: { lower, upper, keep }, width, depth }: TiltedPlan): number {
  const byUnits = lower !== upper || (keep < 1 && lower !== 0);
  return 1000 + 30 * width + depth * (byUnits ? 30 * width : 130);
}
