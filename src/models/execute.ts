import { registeredTensorFlow } from '../tensorflow/registry';
import type { Call, TfLayersModel, TfTensor, Value } from './modelGraph';
import type { ModelReading } from './readModel';

/** Sees, and may replace, the first input and the only output of a call. */
export interface Observer {
  enter(call: Call, input: TfTensor): void;
  leave(call: Call, output: TfTensor): TfTensor;
}

/**
 * Runs a model on `inputs` call by call, as TensorFlow.js does, with masks.
 * @returns the tensor of every value of the graph.
 */
export function execute(
  { model, graph }: Pick<ModelReading, 'model' | 'graph'>,
  inputs: readonly TfTensor[],
  { training, observer }: { training: boolean; observer: Observer },
): (value: Value) => TfTensor {
  const given = inputs.map((input, i) => inDtype(model, input, i));
  const results = new Map<Call, { tensors: TfTensor[]; mask: TfTensor | undefined }>();
  const tensorOf = ({ call, index }: Value) => (call ? results.get(call)!.tensors[index]! : given[index]!);
  const maskOf = ({ call }: Value) => call && results.get(call)!.mask;
  for (const call of graph.calls) {
    const tensors = call.inputs.map(tensorOf);
    const masks = call.inputs.map(maskOf);
    observer.enter(call, tensors[0]!);
    const [mask] = masks;
    const { layer } = call;
    const outputs = [
      layer.apply(tensors, { training, ...(mask !== undefined && { mask }) }) as TfTensor | TfTensor[],
    ].flat();
    const [first] = outputs;
    results.set(call, {
      // several outputs are those of a recurrent layer and its states
      tensors: outputs.length === 1 ? [observer.leave(call, first!)] : outputs,
      mask: masksOf(call, tensors, masks),
    });
  }
  return tensorOf;
}

/** The input in the type that the model declares for it. */
function inDtype(model: TfLayersModel, input: TfTensor, i: number): TfTensor {
  const { dtype } = model.inputs[i]!;
  return dtype == null || dtype === input.dtype ? input : input.cast(dtype);
}

function masksOf(
  { layer }: Call,
  tensors: TfTensor[],
  masks: (TfTensor | undefined)[],
): TfTensor | undefined {
  if (!layer.supportsMasking) return undefined;
  const computed = layer.computeMask(tensors, masks as TfTensor[]) as TfTensor | TfTensor[] | null;
  return [computed].flat()[0] ?? undefined;
}

/**
 * Runs `work` with seeded random numbers: TensorFlow.js seeds every random operation that has no seed of its
 * own, as those of dropout, from Math.random. `work` is synchronous, so that no other code sees it.
 */
export function withRandomNumbers<T>(uniform: () => number, work: () => T): T {
  const { random } = Math;
  Math.random = uniform;
  try {
    return work();
  } finally {
    Math.random = random;
  }
}

/**
 * The identity. `forward` sees x, but nothing that it computes is recorded for differentiation; `backward`
 * sees the gradient with respect to the result. The result depends on `source`, with derivative zero, so that
 * there is such a gradient whatever x depends on.
 */
export function observed(
  x: TfTensor,
  source: TfTensor,
  { forward, backward }: { forward(x: TfTensor): void; backward(gradient: TfTensor): void },
): TfTensor {
  const tf = registeredTensorFlow();
  const identity = tf.customGrad((...tensors) => {
    const value = (tensors[0] as TfTensor).clone();
    forward(value);
    return {
      value,
      gradFunc: (gradient: TfTensor) => {
        backward(gradient);
        return [gradient, tf.zerosLike(source)];
      },
    };
  });
  return identity(x, source);
}
