import { randomStream } from '../core/random';
import { registeredTensorFlow } from '../tensorflow/registry';
import { execute, type Observer, observed, withRandomNumbers } from './execute';
import { freshUnits } from './freshUnits';
import { type LayerVariable, unitAxis } from './layerKinds';
import { logNorms } from './logNorms';
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
export function measure(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  { training, seed, weights, wantsActive }: RunOptions,
): { measured: Map<WeightedLayer, Measured>; noGradient: string | undefined } {
  const tf = registeredTensorFlow();
  const measured = new Map(reading.weighted.map((layer) => [layer, { ...nothing }]));
  const starts = grouped(reading.weighted, ({ calls }) => calls[0]!);
  const ends = grouped(reading.weighted, ({ follow }) => follow.end);
  const observer = (source: TfTensor): Observer => ({
    enter(call, input) {
      for (const layer of starts.get(call) ?? []) {
        const of = measured.get(layer)!;
        const forward = (x: TfTensor) => {
          if (wantsActive(layer) && x.rank === 2)
            Object.assign(of, freshUnits(x, reading.weighted.indexOf(layer)));
          else of.input = logNorms(x);
        };
        observed(input, source, { forward, backward: () => {} });
      }
    },
    leave(call, output) {
      const layers = ends.get(call);
      if (layers === undefined) return output;
      const forEach = (x: TfTensor, take: (of: Taken, part: TfTensor, layer: WeightedLayer) => void) => {
        for (const layer of layers) {
          const part = layer.follow.part(x) ?? (layer.follow.concatenated ? undefined : x);
          if (part !== undefined) take(measured.get(layer)!, part, layer);
        }
      };
      return observed(output, source, {
        forward: (y) =>
          forEach(y, (of, part, { layer }) => {
            of.rank = part.rank;
            of.output = logNorms(part);
            of.dead = deadShare(part, unitAxis(layer, part.rank));
          }),
        backward: (gradient) =>
          forEach(gradient, (of, part) => {
            const perUnit = 0.5 * Math.log(part.size / part.shape[0]!);
            of.gradient = logNorms(part).map((logNorm) => logNorm + perUnit);
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
    return { measured, noGradient: undefined };
  } catch (error) {
    if (!forwardDone) throw error;
    return { measured, noGradient: (error as Error).message.split('\n')[0] };
  }
}

type Taken = { -readonly [K in keyof Measured]: Measured[K] };

const nothing: Measured = {
  input: [],
  output: [],
  dead: undefined,
  active: [],
  gradient: [],
  rank: undefined,
};

function grouped(
  layers: readonly WeightedLayer[],
  callOf: (layer: WeightedLayer) => Call,
): Map<Call, WeightedLayer[]> {
  const groups = new Map<Call, WeightedLayer[]>();
  for (const layer of layers) groups.set(callOf(layer), [...(groups.get(callOf(layer)) ?? []), layer]);
  return groups;
}

function deadShare(x: TfTensor, unitAxis: number): number {
  const shares = registeredTensorFlow().tidy(() => {
    const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
    return x.abs().max(others).equal(0).toFloat().mean().dataSync();
  });
  return shares[0]!;
}

/**
 * The sum over the inputs of the inner product of the output with a random unit vector, drawn for each input.
 */
function randomProduct(output: TfTensor): TfTensor {
  const rows = output.reshape([output.shape[0]!, -1]);
  const normals = new Float32Array(rows.size);
  randomStream(1, 0).fillNormals(normals, 1);
  const directions = registeredTensorFlow().tensor(normals, rows.shape);
  return rows.mul(directions.div(directions.norm('euclidean', 1, true))).sum();
}
