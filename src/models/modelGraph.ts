import type { TensorFlow } from '../tensorflow/native';

/** A layer of TensorFlow.js. */
export type Layer = InstanceType<TensorFlow['layers']['Layer']>;

/** A layers model as TensorFlow.js types it. */
export type TfLayersModel = InstanceType<TensorFlow['LayersModel']>;

/** A tensor as TensorFlow.js types it. */
export type TfTensor = ReturnType<TensorFlow['tensor']>;

type SymbolicTensor = TfLayersModel['inputs'][number];

/** A tensor of the graph: an output of a call or, without one, an input of the model. */
export interface Value {
  readonly call: Call | undefined;
  /** Which output of the call, or which input of the model. */
  readonly index: number;
  /** Its shape with the batch axis; null where an axis has no fixed size. */
  readonly shape: readonly (number | null)[];
}

/** One application of a layer. A layer that is shared, or lies in a shared model, has several. */
export interface Call {
  readonly layer: Layer;
  readonly inputs: readonly Value[];
  /** The calls that take an output of this one, and as which of their inputs. */
  readonly consumers: readonly { readonly call: Call; readonly position: number }[];
}

/** A model without its nesting: layers and how tensors flow between them. */
export interface ModelGraph {
  /** Every layer once, in model order, with nested models replaced by their layers. */
  readonly layers: readonly Layer[];
  /** The models that a layer lies in, from the outermost. */
  readonly models: ReadonlyMap<Layer, readonly TfLayersModel[]>;
  /** The calls, each after those that it depends on. Input layers have none. */
  readonly calls: readonly Call[];
  readonly outputs: readonly Value[];
}

/**
 * Reads the graph of a model. The input and output ports of nested models are followed one by one.
 * @throws TypeError if `model` is not a layers model; RangeError if it is empty.
 */
export function modelGraph(model: TfLayersModel): ModelGraph {
  if (typeof model !== 'object' || model === null || !Array.isArray(model.layers))
    throw new TypeError(
      `model must be a layers model, from tf.sequential, tf.model or tf.loadLayersModel; got ${typeof model}`,
    );
  if (model.layers.length === 0)
    throw new RangeError('model must have at least one layer; got an empty model');
  const models = new Map<Layer, TfLayersModel[]>();
  collect(model, [], models);
  const calls: MutableCall[] = [];
  const inputs = model.inputs.map(({ shape }, index): Value => ({ call: undefined, index, shape }));
  const outputs = expand(model, inputs, calls);
  return { layers: [...models.keys()], models, calls, outputs };
}

type MutableCall = Call & { readonly consumers: { call: Call; position: number }[] };

function isModel(layer: Layer): layer is TfLayersModel {
  return Array.isArray((layer as TfLayersModel).layers);
}

function collect(container: TfLayersModel, outer: TfLayersModel[], found: Map<Layer, TfLayersModel[]>): void {
  const models = [...outer, container];
  for (const layer of container.layers)
    if (isModel(layer)) collect(layer, models, found);
    else found.set(layer, [...new Set([...(found.get(layer) ?? []), ...models])]);
}

/** Adds the calls of one application of `container` to `calls`, and returns its outputs. */
function expand(container: TfLayersModel, inputs: readonly Value[], calls: MutableCall[]): Value[] {
  const values = new Map<number, Value>(container.inputs.map(({ id }, i) => [id, inputs[i]!]));
  const valueAt = (tensor: SymbolicTensor): Value => {
    const known = values.get(tensor.id);
    if (known !== undefined) return known;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex]!;
    const given = node.inputTensors.map(valueAt);
    const outputs = isModel(layer)
      ? expand(layer, given, calls)
      : callOutputs(layer, given, node.outputTensors, calls);
    node.outputTensors.forEach(({ id }, i) => {
      values.set(id, outputs[i]!);
    });
    return values.get(tensor.id)!;
  };
  return container.outputs.map(valueAt);
}

function callOutputs(
  layer: Layer,
  inputs: readonly Value[],
  outputs: readonly SymbolicTensor[],
  calls: MutableCall[],
): Value[] {
  const call: MutableCall = { layer, inputs, consumers: [] };
  inputs.forEach((input, position) => {
    (input.call as MutableCall | undefined)?.consumers.push({ call, position });
  });
  calls.push(call);
  return outputs.map(({ shape }, index) => ({ call, index, shape }));
}
