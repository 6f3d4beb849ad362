import { type Activation, dropout, leakyRelu, linear, relu } from '../core/activations';
import type { Layer } from './modelGraph';

/** Why an activation could not be read, and what to pass instead. */
export class Unreadable {
  constructor(
    readonly reason: string,
    readonly remedy?: string,
  ) {}
}

/** A weight of a layer, as TensorFlow.js types it. */
export type LayerVariable = Layer['weights'][number];

/** Layers whose kernels can be drawn: the names of their kernels, in order. */
const kernelNames: Readonly<Record<string, readonly string[]>> = {
  Dense: ['kernel'],
  Conv1D: ['kernel'],
  Conv2D: ['kernel'],
  Conv3D: ['kernel'],
  DepthwiseConv2D: ['depthwise_kernel'],
  SeparableConv2D: ['depthwise_kernel', 'pointwise_kernel'],
};

const recurrent = ['SimpleRNN', 'GRU', 'LSTM', 'RNN', 'ConvLSTM2D', 'Bidirectional'];

/** Layers that do not change any value. */
const reshaping = ['Flatten', 'Reshape', 'Permute'];

/** Positively homogeneous layers: a Leaky ReLU before them and one after them compose to one activation. */
const pooling = [
  ...['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'],
  ...['AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D'],
  ...['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D'],
  'RepeatVector',
];

const normalizing = ['BatchNormalization', 'LayerNormalization'];

/** Layers that combine the values of their inputs, so that what follows acts on none of them alone. */
const combining = ['Add', 'Average', 'Dot', 'Maximum', 'Minimum', 'Multiply'];

/** What a layer does to the signal, as far as reading a model depends on it. */
export type Role =
  | 'weighted'
  | 'reshaping'
  | 'pooling'
  | 'normalizing'
  | 'concatenating'
  | 'combining'
  | 'activation';

/** The role of a layer; that of every layer without a known one is 'activation'. */
export function roleOf(layer: Layer): Role {
  const kind = wrapped(layer).getClassName();
  if (reshaping.includes(kind)) return 'reshaping';
  if (pooling.includes(kind)) return 'pooling';
  if (normalizing.includes(kind)) return 'normalizing';
  if (combining.includes(kind)) return 'combining';
  if (kind === 'Concatenate') return 'concatenating';
  return layer.weights.length > 0 && kind !== 'PReLU' ? 'weighted' : 'activation';
}

/** Whether a layer only moves values, and joins or drops some. */
export function rearranges(layer: Layer): boolean {
  return (
    ['reshaping', 'concatenating'].includes(roleOf(layer)) ||
    ['ZeroPadding2D', 'Cropping2D'].includes(wrapped(layer).getClassName())
  );
}

/** The layer that TimeDistributed applies at every time; any other layer itself. */
export function wrapped(layer: Layer): Layer {
  return layer.getClassName() === 'TimeDistributed' ? (layer as Layer & { layer: Layer }).layer : layer;
}

/** The kernels of a layer, in order, each with its units; empty for layer types that no scheme supports. */
export function kernelVariables(
  layer: Layer,
): { variable: LayerVariable; depthwise: boolean; units: number }[] {
  return (kernelNames[wrapped(layer).getClassName()] ?? []).map((name) => {
    const variable = variableNamed(layer, name)!;
    const depthwise = name === 'depthwise_kernel';
    const [channels, last] = variable.shape.slice(-2) as [number, number];
    return { variable, depthwise, units: depthwise ? channels * last : last };
  });
}

/** The biases of a layer with kernels, if it has any. */
export function biasVariable(layer: Layer): LayerVariable | undefined {
  return wrapped(layer).getClassName() in kernelNames ? variableNamed(layer, 'bias') : undefined;
}

/** By name, because the order of a layer's weights depends on which of them are frozen. */
function variableNamed(layer: Layer, name: string): LayerVariable | undefined {
  return layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === name);
}

/** Why no scheme draws the weights of a layer without known kernels. */
export function unsupported(layer: Layer): string {
  const kind = layer.getClassName();
  return recurrent.includes(kind)
    ? `layer '${layer.name}' is of type ${kind}, and there is no theory for recurrent kernels: choose its kernelInitializer and recurrentInitializer yourself`
    : `layer '${layer.name}' is of type ${kind}, which no scheme supports: set its weights yourself`;
}

function configOf(layer: Layer): Record<string, unknown> {
  return wrapped(layer).getConfig() as Record<string, unknown>;
}

/** The axis of a layer's units in its output, which has the given rank. */
export function unitAxis(layer: Layer, rank: number): number {
  return rank > 2 && configOf(layer).dataFormat === 'channelsFirst' ? 1 : rank - 1;
}

/** The axis along which a Concatenate joins, counted from the last, which is −1. */
export function joinedAxis(layer: Layer, rank: number): number {
  const axis = (configOf(layer).axis as number | undefined) ?? -1;
  return axis < 0 ? axis : axis - rank;
}

/** The sizes of the axes that a Permute exchanges, without the batch axis: their numbers from 1. */
export function permutedAxes(layer: Layer): number[] | undefined {
  return wrapped(layer).getClassName() === 'Permute' ? (configOf(layer).dims as number[]) : undefined;
}

/** The activation fused with a layer with weights, by its name in Keras, if it is not the identity. */
export function fusedActivation(layer: Layer): string | undefined {
  const { activation } = configOf(layer);
  return typeof activation === 'string' && activation !== 'linear' ? activation : undefined;
}

/** The law of the activation fused with a layer. */
export function fusedLaw(layer: Layer): Activation | Unreadable {
  if (kernelVariables(layer).length === 0) return unread(layer, `is of type ${layer.getClassName()}`);
  const activation = fusedActivation(layer);
  return lawNamed(activation) ?? unread(layer, `has the activation ${activation}`);
}

/** The law of a layer without kernels; 'head' for an activation that, at the output, belongs to the loss. */
export function activationLaw(layer: Layer, atOutput: boolean): Activation | Unreadable | 'head' {
  const kind = wrapped(layer).getClassName();
  const config = configOf(layer);
  if (kind === 'Dropout' && config.noiseShape == null)
    return dropout(linear, { rate: config.rate as number });
  if (kind === 'LeakyReLU') return leakyRelu(config.alpha as number);
  if (kind === 'ReLU' && config.maxValue == null) return relu;
  if (kind === 'PReLU') return slopesOf(layer);
  const law = kind === 'Activation' ? lawNamed(config.activation) : undefined;
  if (law !== undefined) return law;
  if (['Activation', 'Softmax'].includes(kind) && atOutput) return 'head';
  return unread(
    layer,
    kind === 'Activation' ? `applies the activation ${config.activation}` : `is of type ${kind}`,
  );
}

/** The law of an activation by its name in Keras, if it is known. */
function lawNamed(activation: unknown): Activation | undefined {
  return activation === 'linear' || activation === undefined
    ? linear
    : activation === 'relu'
      ? relu
      : undefined;
}

/** PReLU with its current slopes, if they are all equal. */
function slopesOf(layer: Layer): Activation | Unreadable {
  const slopes = layer.getWeights()[0]!.dataSync();
  return new Set(slopes).size === 1 ? leakyRelu(slopes[0]!) : unread(layer, 'is a PReLU whose slopes differ');
}

/** The activation of a layer that cannot be read, with the remedy. */
export function unread({ name }: Layer, what: string): Unreadable {
  return new Unreadable(`layer '${name}' ${what}`, remedy(name));
}

/** What to pass where the activation of a layer cannot be read. */
export function remedy(name: string): string {
  return `pass activations: { '${name}': … } with the closest activation: linear, relu, leakyRelu(slope) or rrelu(lower, upper)`;
}

/** Adds the layer's name to the message of a RangeError. */
export function inLayer<T>({ name }: Layer, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`layer '${name}': ${error.message}`, { cause: error });
    throw error;
  }
}
