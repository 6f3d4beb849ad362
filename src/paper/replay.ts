import { type Activation, type ActivationLike, relu, requireActivation } from '../core/activations';
import { received, requireControl, requireInteger, requireOptions } from '../core/validation';
import { cellSignal } from '../platform/cellSignal';
import { doTasks, threadsFor } from '../platform/tasks';
import { normalize } from '../simulation/networks';
import { coordinateLogMoments, type NetworkOutputs, rescaleOutputs } from '../simulation/outputs';
import { momentPreservingStd } from '../theory/std';
import { TorchGenerator } from './torchRandom';

/** Width of the authors' networks. */
const width = 64;

/** Abort signal and progress callback of a replay. */
export interface ReplayControl {
  /** Aborts the replay. In a notebook it defaults to the signal of the running cell. */
  signal?: AbortSignal | undefined;
  /** Called with the number of finished networks and the total. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Rebuilds the networks of width 64 that the authors' notebooks draw, under each of `activations`. Use it to
 * reproduce their figures network by network: Figures 2, 5 and 6 show the first 100 networks at depth 100,
 * Figure 1a the first 500 at depth 500.
 *
 * Network i starts with `torch.manual_seed(i)`, draws the input x = `torch.randn(64)` and applies x ← φ(σ ·
 * `torch.randn(64, 64)` x) in each layer. The order of the draws is taken from the authors' code and
 * confirmed by its output. The draws depend on neither σ nor φ, so all settings share them: the networks are
 * returned for σ = 1, and {@link rescaleOutputs} gives every s. The random numbers are those of
 * {@link TorchGenerator}, equation (82) of docs/theory.md. PyTorch computes sums in float32, which changes
 * its log-norms by up to 10⁻⁴.
 * @param options `activations` without random slopes or dropout; `depth` and `networks`, integers in
 *   [1, 10⁶];
 *   `signal` and `onProgress`, see {@link ReplayControl}.
 * @returns the outputs at `depth`, one element per activation.
 * @throws TypeError or RangeError naming the invalid argument; the reason of the signal if aborted.
 * @example
 * const [ones] = await replayAuthorsNetworks({ activations: [relu], depth: 100, networks: 10 });
 * const weightStd = momentPreservingStd({ activation: relu, s: 1, width: 64, method: 'authors' });
 * const outputs = rescaleOutputs(ones, weightStd);
 * outputs.logNorms[0][0] // -2.0847
 */
export async function replayAuthorsNetworks(
  options: { activations: readonly ActivationLike[]; depth: number; networks: number } & ReplayControl,
): Promise<NetworkOutputs[]> {
  return replay(options);
}

/** The curves of the authors' Figure 1a. */
export interface Figure1a {
  /** The evaluated orders α = 1, 1.1, …, 3. */
  readonly orders: readonly number[];
  /**
   * One curve per s: the normalized moment (mean of |x|^α over networks and coordinates)^(1/α) at each order.
   */
  readonly curves: readonly { readonly s: number; readonly weightStd: number; readonly values: number[] }[];
  /** log‖x‖ of the 500 networks with weight standard deviation 1. */
  readonly logNorms: readonly number[];
}

/**
 * Recomputes the authors' Figure 1a from their own random draws: the normalized α-moments of 500 ReLU
 * networks of width 64 and depth 500, for s = 2, 1.5 and 1.
 *
 * The normalized moment is (mean of |x|^α over networks and coordinates)^(1/α); equation (24) of
 * docs/theory.md gives the exact moment. The weight standard deviations are those of the authors' code
 * (`method: 'authors'`, equation (34)). The replay draws 10⁹ normal numbers, which takes 23 seconds of CPU
 * time and half of that on two cores; `data/results/figure-1a.json` contains the result. Only a few of the
 * 500 networks determine these moments: at α = 3 the exact moments are about 500 times as large.
 * @param control `signal` and `onProgress`, see {@link ReplayControl}.
 * @throws the reason of the signal if aborted.
 * @example
 * const early = AbortSignal.abort(new Error('no time'));
 * const message = await replayFigure1a({ signal: early }).catch((error) => error.message);
 * message // 'no time'
 */
export async function replayFigure1a(control: ReplayControl = {}): Promise<Figure1a> {
  requireOptions('control', control, ['signal', 'onProgress']);
  const [ones] = await replay({ activations: [relu], depth: 500, networks: 500, ...control });
  return figure1aOf(ones!);
}

/** The curves, from ReLU networks with weight standard deviation 1. */
export function figure1aOf(ones: NetworkOutputs): Figure1a {
  const orders = Array.from({ length: 21 }, (_, i) => (10 + i) / 10);
  const curves = [2, 1.5, 1].map((s) => {
    const weightStd = momentPreservingStd({ activation: relu, s, width, method: 'authors' });
    const outputs = rescaleOutputs(ones, weightStd);
    return { s, weightStd, values: orders.map((order) => normalizedMoment(outputs, order)) };
  });
  return { orders, curves, logNorms: [...ones.logNorms[0]!] };
}

/** (mean of |x|^order over networks and coordinates)^(1/order) */
function normalizedMoment(outputs: NetworkOutputs, order: number): number {
  const logMoments = coordinateLogMoments(outputs, order);
  const largest = logMoments.reduce((a, b) => Math.max(a, b), -Infinity);
  const mean = logMoments.reduce((sum, x) => sum + Math.exp(x - largest), 0) / logMoments.length;
  return Math.exp((largest + Math.log(mean)) / order);
}

/** `replayAuthorsNetworks` on `threads` worker threads, or on a number that suits the amount of work. */
export async function replay(
  options: { activations: readonly ActivationLike[]; depth: number; networks: number } & ReplayControl,
  threads?: number,
): Promise<NetworkOutputs[]> {
  requireOptions('options', options, ['activations', 'depth', 'networks', 'signal', 'onProgress']);
  requireControl(options);
  const { signal = cellSignal(), onProgress } = options;
  const activations = requireDeterministic(options.activations);
  const depth = requireInteger('depth', options.depth, { atLeast: 1, atMost: 1e6 });
  const networks = requireInteger('networks', options.networks, { atLeast: 1, atMost: 1e6 });
  const outputs = activations.map(() => ({
    width,
    depths: [depth],
    logNorms: [new Float64Array(networks)],
    directions: new Float64Array(networks * width),
  }));
  // rough cost; it determines the number of worker threads, not the result
  const nanosecondsPerNetwork = depth * width ** 2 * (21 + activations.length);
  const tasks = Array.from({ length: networks }, (_, network) => ({ activations, depth, network }));
  let done = 0;
  await doTasks({
    run: replayNetwork,
    worker: 'paper/replay.worker',
    tasks,
    threads: threads ?? threadsFor(networks * nanosecondsPerNetwork),
    signal,
    onResult(states: NetworkState[], { network }: ReplayTask) {
      for (const [index, { logNorm, direction }] of states.entries()) {
        outputs[index]!.logNorms[0]![network] = logNorm;
        outputs[index]!.directions.set(direction, network * width);
      }
      onProgress?.(++done, networks);
    },
  });
  return outputs;
}

function requireDeterministic(activations: unknown): Activation[] {
  if (!Array.isArray(activations) || activations.length === 0)
    throw new TypeError(
      `activations must be an array of at least one activation; got ${received(activations)}`,
    );
  return activations.map((activation: unknown, index) => {
    const { lower, upper, keep, scale } = requireActivation(activation, `activations[${index}]`);
    if (lower !== upper || keep !== 1)
      throw new RangeError(
        `activations[${index}] must have no random slope and no dropout, like the authors' networks; got ${received(activation)}`,
      );
    return { lower, upper, keep, scale };
  });
}

/** One of the authors' networks, to be evaluated with each of `activations`. */
interface ReplayTask {
  readonly activations: readonly Activation[];
  readonly depth: number;
  readonly network: number;
}

/** x as its log-norm and direction. */
interface NetworkState {
  logNorm: number;
  readonly direction: Float64Array;
}

/** Rebuilds a network with weight standard deviation 1, once per activation. */
export function replayNetwork({ activations, depth, network }: ReplayTask): NetworkState[] {
  const generator = new TorchGenerator(network);
  const input = generator.randn(width);
  const states = activations.map(() => {
    const direction = Float64Array.from(input);
    return { logNorm: normalize(direction), direction };
  });
  const weights = new Float32Array(width * width);
  for (let layer = 0; layer < depth; layer++) {
    generator.fillNormal(weights);
    for (const [index, state] of states.entries()) {
      applyLayer(activations[index]!, weights, state.direction);
      state.logNorm += normalize(state.direction);
    }
  }
  return states;
}

/** x ← φ(Wx) */
function applyLayer({ lower, scale }: Activation, weights: Float32Array, x: Float64Array): void {
  const next = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += weights[i * width + j]! * x[j]!;
    next[i] = scale * (sum > 0 ? sum : lower * sum + 0);
  }
  x.set(next);
}
