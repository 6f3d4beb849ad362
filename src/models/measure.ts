import { randomStream } from '../core/random';
import type { TensorFlow } from '../tensorflow/native';
import { registeredTensorFlow } from '../tensorflow/registry';
import type { Layer, TfLayersModel, WeightedLayer } from './readModel';

/** A tensor as TensorFlow.js types it. */
export type TfTensor = ReturnType<TensorFlow['tensor']>;

/** The measurements of a layer in one pass through the model; arrays have one entry per input. */
export interface Measured {
  /** log(‖x‖/√size) of the layer's input. */
  readonly input: ArrayLike<number>;
  /** log(‖x‖/√size) after its activation; −Infinity where x is zero. */
  readonly output: ArrayLike<number>;
  /** Share of units that are zero for every input; undefined for layers with several outputs. */
  readonly dead: number | undefined;
  /**
   * For each of `freshUnits` units with new normal weights, the number of inputs with a positive
   * pre-activation.
   */
  readonly active: ArrayLike<number>;
  /** log‖∂L/∂x‖ after its activation; empty if it could not be measured. */
  readonly gradient: ArrayLike<number>;
  /** Rank of its output, with the batch axis: 2 unless it is a feature map; undefined for several outputs. */
  readonly rank: number | undefined;
  /** How often the model applies the layer. */
  readonly calls: number;
}

/** Number of units with new weights from which the share of dead units is estimated. */
const freshUnits = 256;

/**
 * Runs the model on `inputs`, forward and backward, and measures every layer with weights. The loss L is the
 * sum over the inputs of the inner product of the output with a random unit vector. Each input has its own
 * vector, because batch normalization removes a gradient that all inputs share. The model is not changed.
 * @returns the measurements; and in `noGradient` the reason if the backend lacks the gradient of a layer.
 */
export async function measure(
  model: TfLayersModel,
  layers: readonly WeightedLayer[],
  inputs: TfTensor | TfTensor[],
  options: { training: boolean; wantsActive(layer: WeightedLayer): boolean },
): Promise<{ measured: Map<WeightedLayer, Measured>; noGradient: string | undefined }> {
  const kept: TfTensor[] = [];
  try {
    const { found, noGradient } = run(model, layers, inputs, options, kept);
    const read = async (tensor: TfTensor | undefined) => (tensor === undefined ? [] : await tensor.data());
    const measured = new Map<WeightedLayer, Measured>();
    for (const [layer, taken] of found)
      measured.set(layer, {
        input: await read(taken.input),
        output: await read(taken.output),
        dead: (await read(taken.dead))[0],
        active: await read(taken.active),
        gradient: await read(taken.gradient),
        rank: taken.rank,
        calls: taken.calls,
      });
    return { measured, noGradient };
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}

/**
 * The run itself. It is synchronous, so that no other code sees the model with its hooks. The caller disposes
 * of the tensors added to `kept`.
 */
function run(
  model: TfLayersModel,
  layers: readonly WeightedLayer[],
  inputs: TfTensor | TfTensor[],
  { training, wantsActive }: { training: boolean; wantsActive(layer: WeightedLayer): boolean },
  kept: TfTensor[],
): { found: Map<WeightedLayer, Taken>; noGradient: string | undefined } {
  const tf = registeredTensorFlow();
  const keep = (tensor: TfTensor) => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  /**
   * Zero, added to every measured output so that the gradient with respect to it passes through all of them.
   */
  let zero: TfTensor | undefined;
  const found = new Map<WeightedLayer, Taken>();
  const restore = layers.flatMap((layer, number) => {
    const taken: Taken = { calls: 0 };
    found.set(layer, taken);
    const enter: Hook = (input, proceed) => {
      taken.calls++;
      taken.input ??= keep(logNorms(input));
      if (wantsActive(layer)) taken.active ??= keep(activeCounts(input, number));
      return proceed(input);
    };
    const leave: Hook = (input, proceed) => {
      const output = proceed(input);
      if (Array.isArray(output)) return output; // states of a recurrent layer
      taken.rank = output.rank;
      taken.output ??= keep(logNorms(output));
      taken.dead ??= keep(deadShare(output));
      return observed(output.add(zero!), (gradient) => {
        taken.gradient ??= keep(logNorms(gradient, 'norm'));
      });
    };
    return [hook(layer.layer, enter), hook(layer.end, leave)];
  });
  // normalization updates its averages in training
  const before = model.getWeights().map((weight) => keep(weight.clone()));
  let forwardDone = false;
  try {
    tf.tidy(() => {
      tf.grad((shift) => {
        zero = shift;
        const outputs = [model.apply(inputs, { training }) as TfTensor | TfTensor[]].flat();
        forwardDone = true;
        return outputs.map(randomProduct).reduce((sum, term) => sum.add(term));
      })(tf.scalar(0));
    });
    return { found, noGradient: undefined };
  } catch (error) {
    if (!forwardDone) throw error;
    return { found, noGradient: (error as Error).message.split('\n')[0] };
  } finally {
    for (const undo of restore.reverse()) undo();
    model.setWeights(before);
  }
}

interface Taken {
  calls: number;
  input?: TfTensor;
  output?: TfTensor;
  dead?: TfTensor;
  active?: TfTensor;
  gradient?: TfTensor;
  rank?: number;
}

type Hook = (input: TfTensor, proceed: (input: TfTensor) => TfTensor | TfTensor[]) => TfTensor | TfTensor[];

/** Wraps the layer's computation in `around`; the function returned removes the wrapper. */
function hook(layer: Layer, around: Hook): () => void {
  const { call } = layer;
  const own = Object.hasOwn(layer, 'call');
  layer.call = (inputs, kwargs) => around([inputs].flat()[0]!, (input) => call.call(layer, input, kwargs));
  return () => {
    if (own) layer.call = call;
    else delete (layer as { call?: unknown }).call;
  };
}

/** The identity; `onGradient` receives the gradient with respect to its output. */
function observed(x: TfTensor, onGradient: (gradient: TfTensor) => void): TfTensor {
  const identity = registeredTensorFlow().customGrad((y) => ({
    value: (y as TfTensor).clone(),
    gradFunc: (gradient) => {
      onGradient(gradient);
      return gradient;
    },
  }));
  return identity(x);
}

/**
 * log(‖x‖/√size) or log‖x‖ of each input; scaled by the largest entry, so that no square overflows float32.
 */
function logNorms(x: TfTensor, kind: 'perUnit' | 'norm' = 'perUnit'): TfTensor {
  const rows = x.toFloat().reshape([x.shape[0]!, -1]);
  const largest = rows.abs().max(1, true);
  const squares = rows.div(largest.add(largest.equal(0).toFloat())).square();
  const logSum = (kind === 'norm' ? squares.sum(1) : squares.mean(1)).log().mul(0.5);
  return largest.reshape([-1]).log().add(logSum);
}

function deadShare(x: TfTensor): TfTensor {
  const channels = x.shape[x.rank - 1]!;
  return x.abs().reshape([-1, channels]).max(0).equal(0).toFloat().mean();
}

/**
 * For each of `freshUnits` new units, the number of inputs with a positive pre-activation; `layer` seeds the
 * units.
 */
function activeCounts(input: TfTensor, layer: number): TfTensor {
  const stream = randomStream(0, layer);
  const weights = Float32Array.from({ length: input.shape[1]! * freshUnits }, () => stream.normal());
  const units = registeredTensorFlow().tensor(weights, [input.shape[1]!, freshUnits]);
  return input.matMul(units).greater(0).toFloat().sum(0);
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
