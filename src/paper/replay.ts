import * as path from 'node:path';
import { type Activation, relu, requireActivation } from '../core/activations';
import { received, requireInteger } from '../core/validation';
import { cellSignal } from '../notebook/host';
import { doTasks, threadsFor } from '../platform/tasks';
import { normalize } from '../simulation/networks';
import { coordinateLogMoments, type NetworkOutputs, rescaleOutputs } from '../simulation/outputs';
import { momentPreservingStd } from '../theory/std';
import { TorchGenerator } from './torchRandom';

/** The width of the authors' networks. */
const width = 64;

/** How a replay is stopped and followed. */
export interface ReplayControl {
  /** Ends the replay; in a notebook, by default, the running cell's. */
  signal?: AbortSignal | undefined;
  /** Called as networks are done. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Rebuilds the very networks that the authors' notebooks draw, of width 64, under each of `activations`: their
 * Figures 2, 5 and 6 show the first 100 at depth 100, Figure 1a the first 500 at depth 500.
 *
 * Network i is `torch.manual_seed(i)`, the input x = `torch.randn(64)` and then x ← φ(σ · `torch.randn(64, 64)` x) for
 * each layer (the authors' code; the order of the draws is confirmed by rebuilding what it puts out). Neither σ nor φ
 * touches the generator: all their settings share these draws. So the networks come with σ = 1, and
 * {@link rescaleOutputs} gives every s. PyTorch adds up in float32, which moves its log-norms by up to 10⁻⁴.
 * @param options `activations` without random slopes or dropout; `depth` and `networks`, integers ≥ 1
 * @returns the outputs at `depth`, one for each of `activations`
 * @throws TypeError or RangeError naming the argument at fault; the signal's reason when aborted.
 * @example
 * const [ones] = await replayAuthorsNetworks({ activations: [relu], depth: 100, networks: 10 });
 * const outputs = rescaleOutputs(ones, momentPreservingStd({ activation: relu, s: 1, width: 64, method: 'authors' }));
 * outputs.logNorms[0][0] // -2.0847
 */
export async function replayAuthorsNetworks(
  options: { activations: readonly Activation[]; depth: number; networks: number } & ReplayControl,
): Promise<NetworkOutputs[]> {
  return replay(options);
}

/** The curves of the authors' Figure 1a. */
export interface Figure1a {
  /** α = 1, 1.1, …, 3. */
  readonly orders: readonly number[];
  /** One curve for each s: (mean of |x|^α over all networks and coordinates)^(1/α) at each order. */
  readonly curves: readonly { readonly s: number; readonly weightStd: number; readonly values: number[] }[];
  /** log‖x‖ of the 500 networks if their weights had standard deviation 1. */
  readonly logNorms: readonly number[];
}

/**
 * Rebuilds the authors' Figure 1a from their own draws: 500 ReLU networks of width 64 and depth 500, and for
 * s = 2, 1.5, 1 the normalized α-moment (mean over networks and coordinates of |x|^α)^(1/α), weights as in their code
 * (`method: 'authors'`). It draws 10⁹ normal numbers: 23 seconds of processor time, half that with two;
 * `data/results/figure-1a.json` keeps the result.
 *
 * A few of the 500 networks make up these moments; at α = 3 the true ones are about 500 times as large.
 * @throws the signal's reason when aborted.
 * @example
 * const early = AbortSignal.abort(new Error('no time'));
 * const message = await replayFigure1a({ signal: early }).catch((error) => error.message);
 * message // 'no time'
 */
export async function replayFigure1a(control: ReplayControl = {}): Promise<Figure1a> {
  const [ones] = await replay({ activations: [relu], depth: 500, networks: 500, ...control });
  return figure1aOf(ones!);
}

/** The curves of ReLU networks whose weights have standard deviation 1. */
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
  const largest = Math.max(...logMoments);
  const mean = logMoments.reduce((sum, x) => sum + Math.exp(x - largest), 0) / logMoments.length;
  return Math.exp((largest + Math.log(mean)) / order);
}

/** `replayAuthorsNetworks` on as many worker threads as the work is worth or on `threads` of them. */
export async function replay(
  options: { activations: readonly Activation[]; depth: number; networks: number } & ReplayControl,
  threads?: number,
): Promise<NetworkOutputs[]> {
  const { signal = cellSignal(), onProgress } = options;
  const activations = requireDeterministic(options.activations);
  const depth = requireInteger('depth', options.depth, { atLeast: 1 });
  const networks = requireInteger('networks', options.networks, { atLeast: 1 });
  const outputs = activations.map(() => ({
    width,
    depths: [depth],
    logNorms: [new Float64Array(networks)],
    directions: new Float64Array(networks * width),
  }));
  // measured roughly; it decides on worker threads, never on what comes out
  const nanosecondsPerNetwork = depth * width ** 2 * (21 + activations.length);
  const tasks = Array.from({ length: networks }, (_, network) => ({ activations, depth, network }));
  let done = 0;
  await doTasks({
    run: replayNetwork,
    workerFile: path.join(__dirname, 'replay.worker.js'),
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
        `activations[${index}] must have no random slope and no dropout, as the authors' networks; got ${received(activation)}`,
      );
    return { lower, upper, keep, scale };
  });
}

/** One of the authors' networks, under each of `activations`. */
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

/** Rebuilds a network with weights of standard deviation 1, once for each activation. */
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
