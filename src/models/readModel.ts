import { type Activation, linear, requireActivation } from '../core/activations';
import { received } from '../core/validation';
import { atOutput, composed, type Follow, followed, partsOf, sameLaw } from './follow';
import {
  biasVariable,
  fusedActivation,
  fusedLaw,
  kernelVariables,
  type LayerVariable,
  remedy,
  roleOf,
  Unreadable,
  unread,
} from './layerKinds';
import {
  type Call,
  type Layer,
  type ModelGraph,
  modelGraph,
  type TfLayersModel,
  type Value,
} from './modelGraph';
import type { ReadingOptions } from './readingOptions';

/** A kernel, and whether it is frozen: by its own flag, its layer's, or that of a model it lies in. */
interface Kernel {
  readonly variable: LayerVariable;
  readonly depthwise: boolean;
  readonly units: number;
  readonly frozen: boolean;
}

/** One application of a layer with weights, and what follows up to the next one. */
export interface LayerCall {
  readonly of: WeightedLayer;
  readonly call: Call;
  readonly follow: Follow;
  /** That of a layer applied once whose end feeds this one, directly or through reshaping. */
  readonly source: LayerCall | undefined;
  /** That of a layer applied once which the end feeds, directly or through reshaping, and nothing else. */
  readonly next: LayerCall | undefined;
}

/** A layer with weights. */
export interface WeightedLayer {
  readonly layer: Layer;
  /** Its kernels, in order; empty for layer types that no scheme supports. */
  readonly kernels: readonly Kernel[];
  readonly bias: LayerVariable | undefined;
  /** Whether all its weights are frozen. */
  readonly frozen: boolean;
  /** Its activation, including dropout. */
  readonly law: Activation | Unreadable;
  /**
   * The activation fused with the model's last layer if `law` does not include it: a softmax belongs to the
   * loss.
   */
  readonly head: string | undefined;
  /** In order; a shared layer has several. */
  readonly applications: readonly LayerCall[];
}

/** A model as the theory sees it. */
export interface ModelReading {
  readonly model: TfLayersModel;
  readonly graph: ModelGraph;
  /** Layers with weights, in model order. */
  readonly weighted: readonly WeightedLayer[];
  /** The values that the model's outputs consist of, before activations that belong to the loss. */
  readonly outputs: readonly Value[];
  /** Layers that merge branches. */
  readonly merges: readonly Layer[];
  /** The layers whose activations the user named. */
  readonly given: ReadonlyMap<Layer, Activation>;
}

/**
 * The layers with weights of a model, in model order and including nested models, each with its activation
 * (fused or separate) and the dropout that follows.
 * @throws TypeError if `model` is not a layers model; RangeError if it is empty or `activations` names an
 *   unknown layer.
 */
export function readModel(model: TfLayersModel, { activations = {} }: ReadingOptions = {}): ModelReading {
  const graph = modelGraph(model);
  requireNames(
    'activations',
    Object.keys(activations),
    graph.layers.map(({ name }) => name),
  );
  const given = new Map<Layer, Activation>();
  for (const layer of graph.layers)
    if (Object.hasOwn(activations, layer.name))
      given.set(layer, requireActivation(activations[layer.name], `activations['${layer.name}']`));
  const follow = followed(graph, given);
  const read = graph.layers
    .filter((layer) => roleOf(layer) === 'weighted')
    .map((layer) => readLayer(layer, graph, given.get(layer), follow));
  connect(read);
  return {
    model,
    graph,
    weighted: read,
    outputs: graph.outputs.flatMap((output) =>
      partsOf(output, (layer) => read.some((each) => each.layer === layer && each.head !== undefined)),
    ),
    merges: graph.layers.filter((layer) => ['concatenating', 'combining'].includes(roleOf(layer))),
    given,
  };
}

/** @throws RangeError if one of `names`, passed as `option`, is none of the names known. */
export function requireNames(option: string, names: readonly string[], known: readonly string[]): void {
  for (const name of names)
    if (!known.includes(name))
      throw new RangeError(
        `${option} must name layers of the model (${known.join(', ')}); got ${received(name)}`,
      );
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readLayer(
  layer: Layer,
  graph: ModelGraph,
  given: Activation | undefined,
  follow: (call: Call) => Follow,
): WeightedLayer {
  const calls = graph.calls.filter((call) => call.layer === layer);
  const all = calls.map(follow);
  const isFrozen = !layer.trainable || (graph.models.get(layer) ?? []).some(({ trainable }) => !trainable);
  const kernels = kernelVariables(layer);
  const fused = fusedLaw(layer);
  const head =
    given === undefined && calls.every(atOutput) && kernels.length > 0 && fused instanceof Unreadable
      ? fusedActivation(layer)
      : undefined;
  const applications: Mutable<LayerCall>[] = [];
  const of: WeightedLayer = {
    layer,
    kernels: kernels.map((kernel) => ({
      ...kernel,
      frozen: isFrozen || !kernel.variable.trainable,
    })),
    bias: biasVariable(layer),
    frozen: isFrozen || layer.weights.every(({ trainable }) => !trainable),
    law: lawOf(layer, given ?? (head === undefined ? fused : linear), all, given),
    head,
    applications,
  };
  calls.forEach((call, i) => {
    applications.push({ of, call, follow: all[i]!, source: undefined, next: undefined });
  });
  return of;
}

/** The fused activation and those that follow; the one given by the user stands alone if those cannot be read. */
function lawOf(
  layer: Layer,
  own: Activation | Unreadable,
  all: readonly Follow[],
  given: Activation | undefined,
): Activation | Unreadable {
  const [first, ...others] = all.map((follow) => composed(own, follow.law, follow.by));
  const law = others.every((other) => sameLaw(first!, other))
    ? first!
    : unread(layer, 'is applied several times, followed by different activations');
  if (!(law instanceof Unreadable)) return law;
  if (given !== undefined) return given;
  return new Unreadable(law.reason, law.remedy ?? remedy(layer.name));
}

/** Sets `source` and `next` of layers that are applied once. */
function connect(read: readonly WeightedLayer[]): void {
  const once = read.flatMap(({ applications }): Mutable<LayerCall>[] =>
    applications.length === 1 ? [...applications] : [],
  );
  const byCall = new Map(once.map((each) => [each.call, each]));
  for (const each of once) {
    if (each.follow.concatenated) continue;
    const fed = feeds(each.follow.end);
    for (const call of fed) {
      const next = byCall.get(call);
      if (next !== undefined) next.source = each;
    }
    if (fed.length === 1) each.next = byCall.get(fed[0]!);
  }
}

/** The calls that the output of `call` feeds, directly or through reshaping. */
function feeds(call: Call): Call[] {
  return call.consumers.flatMap(({ call: next }) =>
    roleOf(next.layer) === 'reshaping' ? feeds(next) : [next],
  );
}
