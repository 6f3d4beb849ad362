import * as path from 'node:path';
import { type Activation, requireActivation } from '../core/activations';
import { received, requireInteger, requireNumber } from '../core/validation';
import { cellSignal } from '../notebook/host';
import { doTasks, threadsFor } from '../platform/tasks';
import { requireWidth } from '../theory/moments';
import { type NetworkPlan, type NetworkSample, type NetworkTask, simulateNetworks } from './networks';
import type { NetworkOutputs } from './outputs';

/** What to simulate: `networks` networks x⁽ᵏ⁾ = φ(W⁽ᵏ⁾x⁽ᵏ⁻¹⁾ + b⁽ᵏ⁾) with fresh weights and noise in every layer. */
export interface SimulationOptions {
  /** φ, its random slopes and dropout masks drawn for each unit. */
  activation: Activation;
  /** Units of every layer and of the input, 1 … 10⁶. */
  width: number;
  /** The layers k at which to record log‖x⁽ᵏ⁾‖: integers ≥ 1, ascending. */
  depths: readonly number[];
  /** σ > 0: every weight is N(0, σ²). */
  weightStd: number;
  /** How many independent networks. */
  networks: number;
  /** Network j draws from the random stream (seed, j); an integer in [0, 2⁵³ − 1]. */
  seed: number;
  /** `'gaussian'`, the default: x⁽⁰⁾ ~ N(0, I); or a number > 0: ‖x⁽⁰⁾‖. */
  input?: 'gaussian' | number;
  /** Each bias is N(0, noiseStd²), new in every layer; 0, the default, for none. */
  noiseStd?: number;
  /** Ends the simulation; in a notebook, by default, the running cell's. */
  signal?: AbortSignal | undefined;
  /** Called as networks are done. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Simulates random networks at initialization and returns log‖x⁽ᵏ⁾‖, one array of `networks` numbers for each of
 * `depths`, −Infinity where the network died (x⁽ᵏ⁾ = 0).
 *
 * Exact in law without forming a matrix. Given x, the coordinates of Wx + b are independent
 * N(0, σ²‖x‖² + noiseStd²), so ‖x⁽ᵏ⁾‖² = (σ²‖x⁽ᵏ⁻¹⁾‖² + noiseStd²) · Q with Q = Σ φ(gᵢ)², gᵢ ~ N(0, 1) (own
 * derivation), and Q is drawn from binomial counts and χ² variables: 0.1 µs a layer at any width (Leaky ReLU: and
 * 0.1 ns a unit), or 10 ns a unit for randomized slopes. log‖x‖ is carried, so no depth over- or underflows; memory does
 * not grow with depth. Large simulations run on worker threads; the numbers are the same however the work is split.
 *
 * Without noise, the same seed at another `weightStd` moves each log-norm by k · log of their ratio and nothing else.
 * @returns one Float64Array a depth
 * @throws TypeError or RangeError naming the argument at fault; the signal's reason when aborted.
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
 * Simulates as `simulateLogNorms` does and gives the last layer's coordinates too, that layer being drawn unit by
 * unit (its log-norms are therefore other draws than `simulateLogNorms` gives, of the same law).
 * @returns log-norms at every depth and the last depth's coordinates as directions; see `NetworkOutputs`.
 * @throws TypeError or RangeError naming the argument at fault; the signal's reason when aborted.
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
 * Simulates as `simulateOutputs` does, the long way: every weight and bias is drawn and multiplied. The law is the
 * same, the numbers are others, and a layer costs width² draws: it is here to check the short way.
 * @throws TypeError or RangeError naming the argument at fault; the signal's reason when aborted.
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

/** Simulates along a route, on as many worker threads as the work is worth or on `threads` of them. */
export async function simulate(
  options: SimulationOptions,
  route: NetworkPlan['route'],
  threads?: number,
): Promise<NetworkSample> {
  const plan = checkedPlan(options, route);
  const { signal = cellSignal(), onProgress } = options;
  const networks = requireInteger('networks', options.networks, { atLeast: 1 });
  const cost = nanosecondsPerNetwork(plan);
  const logNorms = plan.depths.map(() => new Float64Array(networks));
  const directions = new Float64Array(route === 'norms' ? 0 : networks * plan.width);
  let done = 0;
  await doTasks({
    run: simulateNetworks,
    workerFile: path.join(__dirname, 'networks.worker.js'),
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

function checkedPlan(options: SimulationOptions, route: NetworkPlan['route']): NetworkPlan {
  const { activation, width, depths, weightStd, seed, input = 'gaussian', noiseStd = 0 } = options;
  if (input !== 'gaussian') requireNumber("input, unless 'gaussian',", input, { above: 0 });
  return {
    activation: requireActivation(activation),
    width: requireWidth(width),
    depths: requireDepths(depths),
    weightStd: requireNumber('weightStd', weightStd, { above: 0 }),
    noiseStd: requireNumber('noiseStd', noiseStd, { atLeast: 0 }),
    input,
    seed: requireInteger('seed', seed, { atLeast: 0 }),
    route,
  };
}

function requireDepths(depths: unknown): number[] {
  if (!Array.isArray(depths) || depths.length === 0)
    throw new TypeError(`depths must be an array of at least one depth; got ${received(depths)}`);
  const checked: number[] = [];
  for (const [index, depth] of depths.entries())
    checked.push(requireInteger(`depths[${index}]`, depth, { atLeast: (checked.at(-1) ?? 0) + 1 }));
  return checked;
}

/** What a network costs, measured roughly; it decides how the work is cut, never what comes out. */
function nanosecondsPerNetwork({ activation, width, depths, route }: NetworkPlan): number {
  const depth = depths.at(-1)!;
  const randomSlopes = activation.lower < activation.upper;
  if (route === 'matrices') return depth * width * (12 * width + 20);
  const perLayer = 130 + (randomSlopes ? 12 * width : 0);
  return 1000 + depth * perLayer + (route === 'outputs' ? 30 * width : 0);
}

/** Networks `first` … `first + count − 1` of a plan, as tasks of some 10 ms. */
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
