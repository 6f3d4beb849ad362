import { randomStream } from '../core/random';
import { registeredTensorFlow } from '../tensorflow/registry';
import { execute, type Observer, observed, withRandomNumbers } from './execute';
import { type FreshUnits, freshUnits } from './freshUnits';
import { type LayerVariable, unitAxis } from './layerKinds';
import type { Call, TfTensor } from './modelGraph';
import { withoutTrace } from './modelState';
import type { ModelReading, WeightedLayer } from './readModel';

/** The measurements of a layer in one pass through the model; arrays have one entry per input. */
export interface Measured {
  /** log(‖x‖/√size) of the layer's input. */
  readonly input: ArrayLike<number>;
  /** log(‖x‖/√size) after its activation; −Infinity where x is zero, empty if it could not be measured. */
  readonly output: ArrayLike<number>;
  /** Share of units that are zero for every input; undefined for layers with several outputs. */
  readonly dead: number | undefined;
  /**
   * For each of some units with new normal weights, the number of inputs with a positive pre-activation;
   * empty if that was not asked for.
   */
  readonly active: ArrayLike<number>;
  /** log‖∂L/∂x‖ after its activation; empty if it could not be measured. */
  readonly gradient: ArrayLike<number>;
  /** Rank of its own output, with the batch axis: 2 unless it is a feature map. */
  readonly rank: number | undefined;
}

/** How a model is run. */
interface RunOptions {
  readonly training: boolean;
  /** Seed of dropout and other noise. */
  readonly seed: number;
  /** Weights used instead of the model's own. */
  readonly weights: ReadonlyMap<LayerVariable, TfTensor>;
  wantsActive(layer: WeightedLayer): boolean;
}

/**
 * Runs the model on `inputs`, forward and backward, and measures every layer with weights in its first
 * application. The loss L is the sum over the inputs of the inner product of the output with a random unit
 * vector. Each input has its own vector, because batch normalization removes a gradient that all inputs
 * share. The run is synchronous, so that no other code sees the model during it, and leaves no trace.
 * @returns the measurements; and in `noGradient` the reason if the backend lacks the gradient of a layer.
 */
export async function measure(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  options: RunOptions,
): Promise<{ measured: Map<WeightedLayer, Measured>; noGradient: string | undefined }> {
  const kept: TfTensor[] = [];
  try {
    const { found, noGradient } = run(reading, inputs, options, kept);
    const read = async (tensor: TfTensor | undefined) => (tensor === undefined ? [] : await tensor.data());
    const measured = new Map<WeightedLayer, Measured>();
    for (const [layer, taken] of found)
      measured.set(layer, {
        input: await read(taken.input),
        output: await read(taken.output),
        dead: (await read(taken.dead))[0],
        active: taken.fresh ? taken.fresh.counts(await taken.fresh.tensor.data()) : [],
        gradient: await read(taken.gradient),
        rank: taken.rank,
      });
    return { measured, noGradient };
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}

interface Taken {
  input?: TfTensor;
  output?: TfTensor;
  dead?: TfTensor;
  fresh?: FreshUnits;
  gradient?: TfTensor;
  rank?: number;
}

/** The run itself. The caller disposes of the tensors added to `kept`. */
function run(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  { training, seed, weights, wantsActive }: RunOptions,
  kept: TfTensor[],
): { found: Map<WeightedLayer, Taken>; noGradient: string | undefined } {
  const tf = registeredTensorFlow();
  const keep = (tensor: TfTensor) => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  const found = new Map<WeightedLayer, Taken>(reading.weighted.map((layer) => [layer, {}]));
  const starts = grouped(reading.weighted, ({ calls }) => calls[0]!);
  const ends = grouped(reading.weighted, ({ follow }) => follow.end);
  const observer = (source: TfTensor): Observer => ({
    enter(call, input) {
      for (const layer of starts.get(call) ?? []) {
        const taken = found.get(layer)!;
        const forward = (x: TfTensor) => {
          taken.input = keep(logNorms(x));
          if (!wantsActive(layer) || x.rank !== 2) return;
          taken.fresh = freshUnits(x, taken.input, reading.weighted.indexOf(layer));
          keep(taken.fresh.tensor);
        };
        observed(input, source, { forward, backward: () => {} });
      }
    },
    leave(call, output) {
      const layers = ends.get(call);
      if (layers === undefined) return output;
      const forEach = (x: TfTensor, take: (taken: Taken, part: TfTensor, layer: WeightedLayer) => void) => {
        for (const layer of layers) {
          const part = layer.follow.part(x) ?? (layer.follow.concatenated ? undefined : x);
          if (part !== undefined) take(found.get(layer)!, part, layer);
        }
      };
      return observed(output, source, {
        forward: (y) =>
          forEach(y, (taken, part, { layer }) => {
            taken.rank = part.rank;
            taken.output = keep(logNorms(part));
            taken.dead = keep(deadShare(part, unitAxis(layer, part.rank)));
          }),
        backward: (gradient) =>
          forEach(gradient, (taken, part) => {
            taken.gradient = keep(logNorms(part, 'norm'));
          }),
      });
    },
  });
  let forwardDone = false;
  const pass = () =>
    tf.tidy(() => {
      tf.grad((source) => {
        const outputs = execute(reading, inputs, { training, observer: observer(source) });
        forwardDone = true;
        return outputs.map(randomProduct).reduce((sum, term) => sum.add(term));
      })(tf.scalar(0));
    });
  const stream = randomStream(seed, 0);
  try {
    withoutTrace(reading.graph, weights, () => withRandomNumbers(() => stream.uniform(), pass));
    return { found, noGradient: undefined };
  } catch (error) {
    if (!forwardDone) throw error;
    return { found, noGradient: (error as Error).message.split('\n')[0] };
  }
}

function grouped(
  layers: readonly WeightedLayer[],
  callOf: (layer: WeightedLayer) => Call,
): Map<Call, WeightedLayer[]> {
  const groups = new Map<Call, WeightedLayer[]>();
  for (const layer of layers) groups.set(callOf(layer), [...(groups.get(callOf(layer)) ?? []), layer]);
  return groups;
}

/** Numbers that are worked on at once, so that temporary tensors stay small. */
const blockSize = 2 ** 22;

/** log(‖x‖/√size) or log‖x‖ of each input. */
function logNorms(x: TfTensor, kind: 'perUnit' | 'norm' = 'perUnit'): TfTensor {
  return registeredTensorFlow().tidy(() => {
    const count = x.shape[0]!;
    const rows = x.reshape([count, -1]);
    const atOnce = Math.max(1, Math.floor((blockSize * count) / rows.size));
    const blocks: TfTensor[] = [];
    for (let from = 0; from < count; from += atOnce)
      blocks.push(logNormsOfRows(rows.slice(from, Math.min(atOnce, count - from)), kind));
    return blocks.length === 1 ? blocks[0]! : blocks[0]!.concat(blocks.slice(1));
  });
}

/** Scaled by the largest entry, so that no square overflows float32. */
function logNormsOfRows(block: TfTensor, kind: 'perUnit' | 'norm'): TfTensor {
  return registeredTensorFlow().tidy(() => {
    const rows = block.toFloat();
    const largest = rows.abs().max(1, true);
    const squares = rows.div(largest.add(largest.equal(0).toFloat())).square();
    const logSum = (kind === 'norm' ? squares.sum(1) : squares.mean(1)).log().mul(0.5);
    return largest.reshape([-1]).log().add(logSum);
  });
}

function deadShare(x: TfTensor, unitAxis: number): TfTensor {
  return registeredTensorFlow().tidy(() => {
    const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
    return x.abs().max(others).equal(0).toFloat().mean();
  });
}

/**
 * The sum over the inputs of the inner product of the output with a random unit vector, drawn for each input.
 */
function randomProduct(output: TfTensor): TfTensor {
  const rows = output.reshape([output.shape[0]!, -1]);
  const stream = randomStream(1, 0);
  const normals = Float32Array.from({ length: rows.size }, () => stream.normal());
  const directions = registeredTensorFlow().tensor(normals, rows.shape);
  return rows.mul(directions.div(directions.norm('euclidean', 1, true))).sum();
}
