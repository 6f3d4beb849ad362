import { randomStream } from '../core/random';
import { registeredTensorFlow } from '../tensorflow/registry';
import { execute, type Observer, observed, withRandomNumbers } from './execute';
import { freshUnits } from './freshUnits';
import { type LayerVariable, unitAxis } from './layerKinds';
import { logNorms } from './logNorms';
import type { Call, TfTensor, Value } from './modelGraph';
import { withoutTrace } from './modelState';
import type { LayerCall, ModelReading, WeightedLayer } from './readModel';

/** The measurements of one application of a layer in one pass; arrays have one entry per input. */
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
  /** Values whose log-norms are taken besides. */
  readonly at: Iterable<Value>;
}

/**
 * Runs the model on `inputs`, forward and backward, and measures every application of a layer with weights.
 * The loss L is the sum over the inputs of the inner product of the output with a random unit vector. Each
 * input has its own vector, because batch normalization removes a gradient that all inputs share. The run is
 * synchronous, so that no other code sees the model during it, and leaves no trace.
 * @returns the measurements; the log-norms of the values `at`; and in `noGradient` the reason if the backend
 *   lacks the gradient of a layer.
 */
export function measure(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  { training, seed, weights, wantsActive, at }: RunOptions,
): {
  measured: Map<LayerCall, Measured>;
  logNormsAt: Map<Value, ArrayLike<number>>;
  noGradient: string | undefined;
} {
  const tf = registeredTensorFlow();
  const all = reading.weighted.flatMap(({ applications }) => applications);
  const measured = new Map(all.map((application) => [application, { ...nothing }]));
  const logNormsAt = new Map<Value, ArrayLike<number>>();
  const starts = new Map(all.map((application) => [application.call, application]));
  const ends = new Map<Call, LayerCall[]>();
  for (const each of all) ends.set(each.follow.end, [...(ends.get(each.follow.end) ?? []), each]);
  const observer = (source: TfTensor): Observer => ({
    enter(call, input) {
      const application = starts.get(call);
      if (application === undefined) return;
      const of = measured.get(application)!;
      const forward = (x: TfTensor) => {
        if (wantsActive(application.of) && x.rank === 2)
          Object.assign(of, freshUnits(x, reading.weighted.indexOf(application.of)));
        else of.input = logNorms(x);
      };
      observed(input, source, { forward, backward: () => {} });
    },
    leave(call, output) {
      const ending = ends.get(call);
      if (ending === undefined) return output;
      const forEach = (x: TfTensor, take: (of: Taken, part: TfTensor, layer: WeightedLayer) => void) => {
        for (const application of ending) {
          const { follow } = application;
          const part = follow.part(x) ?? (follow.concatenated ? undefined : x);
          if (part !== undefined) take(measured.get(application)!, part, application.of);
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
  /** What was measured already. */
  const inputOf = (value: Value) => {
    const into = all.find(({ call }) => call.inputs[0] === value);
    return into && measured.get(into)!.input;
  };
  let forwardDone = false;
  const pass = () =>
    tf.tidy(() => {
      tf.grad((source) => {
        const tensorOf = execute(reading, inputs, { training, observer: observer(source) });
        for (const value of at) logNormsAt.set(value, inputOf(value) ?? logNorms(tensorOf(value)));
        forwardDone = true;
        return reading.graph.outputs
          .map((output) => randomProduct(tensorOf(output)))
          .reduce((sum, term) => sum.add(term));
      })(tf.scalar(0));
    });
  const stream = randomStream(seed, 0);
  try {
    withoutTrace(reading.graph, weights, () => withRandomNumbers(() => stream.uniform(), pass));
    return { measured, logNormsAt, noGradient: undefined };
  } catch (error) {
    if (!forwardDone) throw error;
    return { measured, logNormsAt, noGradient: (error as Error).message.split('\n')[0] };
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
