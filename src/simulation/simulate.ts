import { type ActivationLike, requireActivation } from '../core/activations';
import {
  received,
  requireControl,
  requireInteger,
  requireNumber,
  requireOptions,
  requireSeed,
} from '../core/validation';
import { cellSignal } from '../platform/cellSignal';
import { doTasks, threadsFor } from '../platform/tasks';
import { requireWidth } from '../theory/moments';
import { type NetworkPlan, type NetworkSample, type NetworkTask, simulateNetworks } from './networks';
import type { NetworkOutputs } from './outputs';

/**
 * Parameters of a simulation of networks x⁽ᵏ⁾ = φ(W⁽ᵏ⁾x⁽ᵏ⁻¹⁾ + b⁽ᵏ⁾) with independent weights and biases in
 * every layer.
 */
export interface SimulationOptions {
  /** The activation φ. Random slopes and dropout masks are drawn for each unit. */
  activation: ActivationLike;
  /** Width of every layer and of the input, an integer in [1, 10⁶]. */
  width: number;
  /** The depths k at which log‖x⁽ᵏ⁾‖ is recorded: integers in [1, 10⁶] in ascending order. */
  depths: readonly number[];
  /** Weight standard deviation σ > 0: every weight is N(0, σ²). */
  weightStd: number;
  /** Number of independent networks, an integer in [1, 10⁸]. */
  networks: number;
  /** Seed, an integer in [0, 2⁵³ − 1]. Network j draws from the random stream (seed, j). */
  seed: number;
  /** `'gaussian'` (default) for x⁽⁰⁾ ~ N(0, I), or the norm ‖x⁽⁰⁾‖ > 0 of a fixed input. */
  input?: 'gaussian' | number;
  /** Standard deviation ≥ 0 of the biases, drawn independently in every layer; 0 (default) for no biases. */
  noiseStd?: number;
  /** Aborts the simulation. In a notebook it defaults to the signal of the running cell. */
  signal?: AbortSignal | undefined;
  /** Called with the number of finished networks and the total. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Simulates random networks at initialization and returns their log-norms log‖x⁽ᵏ⁾‖ at the requested depths.
 * Use it to study the distribution of the norm with depth; if coordinates are needed too, use
 * {@link simulateOutputs}.
 *
 * The simulation has the exact distribution without forming a matrix. Given x, the coordinates of Wx + b are
 * independent N(0, σ²‖x‖² + noiseStd²), so ‖x⁽ᵏ⁾‖² = (σ²‖x⁽ᵏ⁻¹⁾‖² + noiseStd²) · Q with Q = Σ φ(gᵢ)² and
 * gᵢ ~ N(0, 1), and Q is drawn from binomial counts and χ² variables. Equations (6)–(9) of docs/theory.md.
 *
 * A layer takes 0.1 µs at any width, for Leaky ReLU 0.1 ns per unit more; random slopes take 10 ns per unit.
 * Log-norms do not over- or underflow at any depth. Memory does not grow with depth. Large simulations run on
 * worker threads, and the result does not depend on how the work is split. Without noise, changing
 * `weightStd` with the same seed shifts each log-norm by k times the log of the ratio and changes nothing
 * else.
 * @param options see {@link SimulationOptions}.
 * @returns one Float64Array of length `networks` per depth; −Infinity if the network is dead (x⁽ᵏ⁾ = 0).
 * @throws TypeError or RangeError naming the invalid argument; the reason of the signal if aborted.
 * @example
 * const [at10, at100] = await simulateLogNorms({
 *   activation: relu, width: 64, depths: [10, 100], weightStd: kaimingStd({ activation: relu, width: 64 }),
 *   networks: 1000, seed: 1,
 * });
 * at100.length // 1000
 */
export async function simulateLogNorms(options: SimulationOptions): Promise<Float64Array[]> {
  return (await simulate(options, 'norms')).logNorms;
}

/**
 * Simulates random networks like {@link simulateLogNorms} and also returns the coordinates of the last layer.
 *
 * The last layer is drawn unit by unit, equation (8) of docs/theory.md. Its log-norms therefore have the same
 * distribution as those of `simulateLogNorms`, but other values.
 * @param options see {@link SimulationOptions}.
 * @returns log-norms at every depth, and the coordinates at the last depth as directions; see
 *   {@link NetworkOutputs}.
 * @throws TypeError or RangeError naming the invalid argument; the reason of the signal if aborted.
 * @example
 * const { logNorms, directions } = await simulateOutputs({
 *   activation: relu, width: 8, depths: [20], weightStd: 0.5, networks: 100, seed: 1,
 * });
 * const firstCoordinates = logNorms[0].map((logNorm, j) => Math.exp(logNorm) * directions[j * 8]);
 * firstCoordinates.length // 100
 */
export async function simulateOutputs(options: SimulationOptions): Promise<NetworkOutputs> {
  return outputsOf(options, 'outputs');
}

/**
 * Simulates the same distribution as {@link simulateOutputs} by drawing every weight and bias, equation (1)
 * of docs/theory.md. It is a reference for tests: a layer takes width² draws, and the values differ from
 * those of `simulateOutputs`.
 * @throws TypeError or RangeError naming the invalid argument; the reason of the signal if aborted.
 * @example
 * const outputs = await simulateOutputsWithMatrices({
 *   activation: relu, width: 8, depths: [20], weightStd: 0.5, networks: 100, seed: 1,
 * });
 * outputs.directions.length // 800
 */
export async function simulateOutputsWithMatrices(options: SimulationOptions): Promise<NetworkOutputs> {
  return outputsOf(options, 'matrices');
}

async function outputsOf(options: SimulationOptions, route: NetworkPlan['route']): Promise<NetworkOutputs> {
  const sample = await simulate(options, route);
  return { width: options.width, depths: [...options.depths], ...sample };
}

/** Simulates along a route, on `threads` worker threads or on a number that suits the amount of work. */
export async function simulate(
  options: SimulationOptions,
  route: NetworkPlan['route'],
  threads?: number,
): Promise<NetworkSample> {
  const plan = checkedPlan(options, route);
  const { signal = cellSignal(), onProgress } = options;
  const networks = requireInteger('networks', options.networks, { atLeast: 1, atMost: 1e8 });
  const numbers = plan.depths.length + (route === 'norms' ? 0 : plan.width);
  requireInteger('networks · numbers to return of each', networks * numbers, { atMost: 2 ** 30 });
  const cost = nanosecondsPerNetwork(plan);
  const logNorms = plan.depths.map(() => new Float64Array(networks));
  const directions = new Float64Array(route === 'norms' ? 0 : networks * plan.width);
  let done = 0;
  await doTasks({
    run: simulateNetworks,
    worker: 'simulation/networks.worker',
    tasks: split(plan, networks, cost),
    threads: threads ?? threadsFor(networks * cost),
    signal,
    onResult(sample: NetworkSample, { first, count }: NetworkTask) {
      for (const [index, row] of sample.logNorms.entries()) logNorms[index]!.set(row, first);
      directions.set(sample.directions, route === 'norms' ? 0 : first * plan.width);
      done += count;
      onProgress?.(done, networks);
    },
  });
  return { logNorms, directions };
}

const optionNames = [
  ...['activation', 'width', 'depths', 'weightStd', 'networks', 'seed', 'input', 'noiseStd'],
  ...['signal', 'onProgress'],
];

function checkedPlan(options: SimulationOptions, route: NetworkPlan['route']): NetworkPlan {
  requireOptions('options', options, optionNames);
  requireControl(options);
  const { activation, width, depths, weightStd, seed, input = 'gaussian', noiseStd = 0 } = options;
  if (input !== 'gaussian') requireNumber("input (unless 'gaussian')", input, { above: 0 });
  return {
    activation: requireActivation(activation),
    width: requireWidth(width),
    depths: requireDepths(depths),
    weightStd: requireNumber('weightStd', weightStd, { above: 0 }),
    noiseStd: requireNumber('noiseStd', noiseStd, { atLeast: 0 }),
    input,
    seed: requireSeed(seed),
    route,
  };
}

function requireDepths(depths: unknown): number[] {
  if (!Array.isArray(depths) || depths.length === 0)
    throw new TypeError(`depths must be an array of at least one depth; got ${received(depths)}`);
  const checked: number[] = [];
  for (const [index, depth] of depths.entries())
    checked.push(
      requireInteger(`depths[${index}]`, depth, { atLeast: (checked.at(-1) ?? 0) + 1, atMost: 1e6 }),
    );
  return checked;
}

/** Rough cost of a network. It determines how the work is split, not the result. */
function nanosecondsPerNetwork({ activation, width, depths, route }: NetworkPlan): number {
  const depth = depths.at(-1)!;
  const randomSlopes = activation.lower < activation.upper;
  if (route === 'matrices') return depth * width * (12 * width + 20);
  const perLayer = 130 + (randomSlopes ? 12 * width : 0);
  return 1000 + depth * perLayer + (route === 'outputs' ? 30 * width : 0);
}

/** Splits the networks of a plan into tasks of about 10 ms. */
export function split<Plan>(
  plan: Plan,
  networks: number,
  nanosecondsPerNetwork: number,
): { plan: Plan; first: number; count: number }[] {
  const size = Math.max(1, Math.floor(1e7 / nanosecondsPerNetwork));
  return Array.from({ length: Math.ceil(networks / size) }, (_, i) => ({
    plan,
    first: i * size,
    count: Math.min(size, networks - i * size),
  }));
}
