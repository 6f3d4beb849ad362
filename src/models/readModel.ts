import { type Activation, dropout, leakyRelu, linear, relu, requireActivation } from '../core/activations';
import { received } from '../core/validation';
import type { TensorFlow } from '../tensorflow/native';
import type { ReadingOptions } from './readingOptions';

/** A layer of TensorFlow.js. */
export type Layer = InstanceType<TensorFlow['layers']['Layer']>;

/** A layers model as TensorFlow.js types it. */
export type TfLayersModel = InstanceType<TensorFlow['LayersModel']>;

/** Why an activation could not be read, and what to pass instead. */
export class Unreadable {
  constructor(
    readonly reason: string,
    readonly remedy?: string,
  ) {}
}

/** A layer with weights, and what follows up to the next one. */
export interface WeightedLayer {
  readonly layer: Layer;
  /** Its kernels, by their index in layer.getWeights(); empty for layer types that no scheme supports. */
  readonly kernels: readonly { readonly weight: number; readonly depthwise: boolean }[];
  /** Its activation, including dropout. */
  readonly law: Activation | Unreadable;
  /** The last layer of that activation and of the normalization, if there is one. */
  readonly end: Layer;
  /** Whether a normalization lies between the layer and the next. */
  readonly normalized: boolean;
  /**
   * The activation fused with the model's last layer if `law` does not include it: a softmax belongs to the
   * loss.
   */
  readonly head: string | undefined;
  /** The layer whose `end` feeds this layer, directly or through reshaping. */
  readonly source: WeightedLayer | undefined;
  /** The layer that `end` feeds, directly or through reshaping; undefined unless there is exactly one. */
  readonly next: WeightedLayer | undefined;
}

const kernelsOf: Record<string, WeightedLayer['kernels']> = {
  Dense: [{ weight: 0, depthwise: false }],
  Conv1D: [{ weight: 0, depthwise: false }],
  Conv2D: [{ weight: 0, depthwise: false }],
  Conv3D: [{ weight: 0, depthwise: false }],
  DepthwiseConv2D: [{ weight: 0, depthwise: true }],
  SeparableConv2D: [
    { weight: 0, depthwise: true },
    { weight: 1, depthwise: false },
  ],
};

/** Layers that do not change any value. */
const reshaping = ['InputLayer', 'Flatten', 'Reshape', 'Permute'];

/** Positively homogeneous layers: a Leaky ReLU before them and one after them compose to one activation. */
const homogeneous = [
  ...['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'],
  ...['AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D'],
  ...['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D'],
  'RepeatVector',
];

const normalizing = ['BatchNormalization', 'LayerNormalization'];

const merging = ['Add', 'Average', 'Concatenate', 'Dot', 'Maximum', 'Minimum', 'Multiply'];

/** The layers of a model that the theory applies to. */
export interface ModelReading {
  /** Layers with weights. */
  readonly weighted: readonly WeightedLayer[];
  /** Layers that merge branches. */
  readonly merges: readonly Layer[];
}

/**
 * The layers with weights of a model, in model order and including nested models, each with its activation
 * (fused or separate) and the dropout that follows.
 * @throws TypeError if `model` is not a layers model; RangeError if it is empty or `activations` names an
 *   unknown layer.
 */
export function readModel(model: TfLayersModel, { activations = {} }: ReadingOptions = {}): ModelReading {
  const graph = graphOf(model);
  requireNames('activations', Object.keys(activations), graph.layers);
  const read: { -readonly [K in keyof WeightedLayer]: WeightedLayer[K] }[] = [];
  for (const layer of graph.layers) {
    if (!isWeighted(layer)) continue;
    const start = { law: fusedLaw(layer, graph, activations), end: layer, normalized: false };
    read.push({
      layer,
      kernels: kernelsOf[layer.getClassName()] ?? [],
      ...follow(layer, start, graph, activations),
      head: activations[layer.name] === undefined ? headActivation(layer, graph) : undefined,
      source: undefined,
      next: undefined,
    });
  }
  for (const each of read) {
    const fed = feeds(each.end, graph);
    const weighted = read.filter(({ layer }) => fed.includes(layer));
    for (const next of weighted) next.source = each;
    if (fed.length === 1) each.next = weighted[0];
  }
  return { weighted: read, merges: graph.layers.filter((layer) => merging.includes(layer.getClassName())) };
}

/** @throws RangeError if one of `names`, passed as `option`, is not the name of a layer. */
export function requireNames(option: string, names: readonly string[], layers: readonly Layer[]): void {
  for (const name of names)
    if (!layers.some((layer) => layer.name === name))
      throw new RangeError(
        `${option} must name layers of the model (${layers.map((layer) => layer.name).join(', ')}); got ${received(name)}`,
      );
}

type Activations = NonNullable<ReadingOptions['activations']>;

interface Graph {
  /** All layers, with nested models replaced by their layers. */
  readonly layers: readonly Layer[];
  /** The layers fed by the output of `layer`. */
  consumers(layer: Layer): Layer[];
}

function isModel(layer: Layer): layer is TfLayersModel {
  return Array.isArray((layer as TfLayersModel).layers);
}

/** @throws TypeError if `model` is not a layers model; RangeError if it is empty. */
function graphOf(model: TfLayersModel): Graph {
  if (typeof model !== 'object' || model === null || !Array.isArray(model.layers))
    throw new TypeError(
      `model must be a layers model, from tf.sequential, tf.model or tf.loadLayersModel; got ${typeof model}`,
    );
  if (model.layers.length === 0)
    throw new RangeError('model must have at least one layer; got an empty model');
  const models: TfLayersModel[] = [];
  const layers: Layer[] = [];
  const collect = (container: TfLayersModel) => {
    container.countParams(); // builds a sequential model that has not been used yet
    models.push(container);
    for (const layer of container.layers) {
      if (isModel(layer)) collect(layer);
      else if (!layers.includes(layer)) layers.push(layer);
    }
  };
  collect(model);
  const consumers = (layer: Layer): Layer[] => {
    const direct = layer.outboundNodes.map(({ outboundLayer }) => outboundLayer);
    const outside = models.filter(({ outputLayers }) => outputLayers.includes(layer)).flatMap(consumers);
    const found = [...direct, ...outside].flatMap((next) => {
      if (!isModel(next)) return layers.includes(next) ? [next] : [];
      return models.includes(next) ? next.inputLayers.flatMap(consumers) : [];
    });
    return [...new Set(found)];
  };
  return { layers, consumers };
}

/** Whether the layer has weights that mix its inputs, unlike a normalization or PReLU. */
function isWeighted(layer: Layer): boolean {
  const name = layer.getClassName();
  return layer.weights.length > 0 && !normalizing.includes(name) && name !== 'PReLU';
}

interface Found {
  law: Activation | Unreadable;
  end: Layer;
  normalized: boolean;
}

/** The activation after the layer `at`, up to the next layer with weights, merge or output. */
function follow(at: Layer, found: Found, graph: Graph, activations: Activations): Found {
  const branches = graph.consumers(at).map((next): Found => {
    const own = ownLaw(next, graph, activations);
    if (own === 'stop') return found;
    if (own !== 'passes')
      return follow(next, { ...found, law: composed(found.law, own, next), end: next }, graph, activations);
    const normalizes = normalizing.includes(next.getClassName());
    return follow(next, normalizes ? { ...found, end: next, normalized: true } : found, graph, activations);
  });
  const [first, ...others] = branches;
  if (first === undefined) return found;
  if (others.length === 0) return first;
  if (others.every(({ law }) => sameLaw(law, first.law))) return { ...first, end: at };
  return { ...found, law: new Unreadable(`layer '${at.name}' feeds layers with different activations`) };
}

function ownLaw(
  layer: Layer,
  graph: Graph,
  activations: Activations,
): Activation | Unreadable | 'passes' | 'stop' {
  if (isWeighted(layer)) return 'stop';
  const given = givenLaw(layer, activations);
  if (given !== undefined) return given;
  const kind = layer.getClassName();
  const config = layer.getConfig() as Record<string, unknown>;
  if ([...reshaping, ...homogeneous, ...normalizing].includes(kind)) return 'passes';
  if (merging.includes(kind)) return 'stop';
  if (kind === 'Dropout') return dropout(linear, { rate: config.rate as number });
  if (kind === 'LeakyReLU') return leakyRelu(config.alpha as number);
  if (kind === 'ReLU' && config.maxValue == null) return relu;
  if (kind === 'PReLU') return slopesOf(layer);
  if (kind === 'Activation' && named(config.activation)) return named(config.activation)!;
  if (['Activation', 'Softmax'].includes(kind) && graph.consumers(layer).length === 0) return 'stop';
  return unread(
    layer,
    kind === 'Activation' ? `applies the activation ${config.activation}` : `is of type ${kind}`,
  );
}

function givenLaw({ name }: Layer, activations: Activations): Activation | undefined {
  const given = activations[name];
  return given && requireActivation(given, `activations['${name}']`);
}

function named(activation: unknown): Activation | undefined {
  return activation === 'linear' ? linear : activation === 'relu' ? relu : undefined;
}

/** The activation fused with a layer; at the model's output, an unknown one belongs to the loss. */
function fusedLaw(layer: Layer, graph: Graph, activations: Activations): Activation | Unreadable {
  const given = givenLaw(layer, activations);
  if (given !== undefined) return given;
  const kind = layer.getClassName();
  if (!(kind in kernelsOf)) return unread(layer, `is of type ${kind}`);
  const { activation } = layer.getConfig() as { activation?: unknown };
  const law = named(activation ?? 'linear');
  if (law !== undefined) return law;
  return graph.consumers(layer).length === 0 ? linear : unread(layer, `has the activation ${activation}`);
}

function headActivation(layer: Layer, graph: Graph): string | undefined {
  const { activation } = layer.getConfig() as { activation?: unknown };
  const left = typeof activation === 'string' && named(activation) === undefined;
  return left && graph.consumers(layer).length === 0 ? activation : undefined;
}

/** PReLU with its current slopes, if they are all equal. */
function slopesOf(layer: Layer): Activation | Unreadable {
  const slopes = layer.getWeights()[0]!.dataSync();
  return slopes.every((slope) => slope === slopes[0])
    ? leakyRelu(slopes[0]!)
    : unread(layer, 'is a PReLU whose slopes differ');
}

function composed(
  first: Activation | Unreadable,
  second: Activation | Unreadable,
  layer: Layer,
): Found['law'] {
  if (first instanceof Unreadable) return first;
  if (second instanceof Unreadable) return second;
  const isOne = ({ lower, upper }: Activation, slope: number) => lower === slope && upper === slope;
  // a linear activation changes nothing, and nothing is negative after ReLU
  const slopes = isOne(first, 1) ? second : isOne(second, 1) || isOne(first, 0) ? first : undefined;
  if (slopes === undefined) return unread(layer, 'follows another activation');
  const { lower, upper } = slopes;
  return { lower, upper, keep: first.keep * second.keep, scale: first.scale * second.scale };
}

function sameLaw(a: Activation | Unreadable, b: Activation | Unreadable): boolean {
  if (a instanceof Unreadable || b instanceof Unreadable) return a === b;
  return a.lower === b.lower && a.upper === b.upper && a.keep === b.keep && a.scale === b.scale;
}

function unread({ name }: Layer, what: string): Unreadable {
  return new Unreadable(
    `layer '${name}' ${what}`,
    `pass activations: { '${name}': … } with the closest activation: linear, relu, leakyRelu(slope) or rrelu(lower, upper)`,
  );
}

/** The layers fed by the output of `layer`, directly or through reshaping. */
function feeds(layer: Layer, graph: Graph): Layer[] {
  return graph
    .consumers(layer)
    .flatMap((next) => (reshaping.includes(next.getClassName()) ? feeds(next, graph) : [next]));
}
