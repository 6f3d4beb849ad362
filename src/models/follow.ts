import { type Activation, linear } from '../core/activations';
import {
  activationLaw,
  inLayer,
  joinedAxis,
  permutedAxes,
  rearranges,
  roleOf,
  Unreadable,
  unread,
} from './layerKinds';
import type { Call, Layer, ModelGraph, TfTensor, Value } from './modelGraph';

/** What follows a call up to the next layers with weights, sums, products or outputs. */
export interface Follow {
  /** The activations that follow, including dropout. */
  readonly law: Activation | Unreadable;
  /** The layer that contributes the first slope of `law`. */
  readonly by: Layer;
  /** The last call of those activations and of the normalization; the call itself if there is none. */
  readonly end: Call;
  /** Whether a normalization lies between. */
  readonly normalized: boolean;
  /** A layer before `end` that changes the norm per unit in a way of its own: a pooling, padding or sum. */
  readonly altered: Layer | undefined;
  /** Whether a concatenation lies before `end`, so that the output of `end` holds other values as well. */
  readonly concatenated: boolean;
  /**
   * The call's own part of a tensor that is the output of `end`, in the shape of the call's own output;
   * undefined if it cannot be told apart.
   */
  part(output: TfTensor): TfTensor | undefined;
}

type Part = Follow['part'];

/**
 * A function that tells what follows a call.
 *
 * Elementwise activations, dropout, pooling, normalization and reshaping are followed, also behind a
 * concatenation: they act on each of its branches. A sum or product is the end, because what follows acts
 * on the merged value. Where the output of a call enters a sum besides other layers, it is the stream that
 * skip connections carry on, and that is the end, too.
 * @param given the activations of layers that the user named
 */
export function followed(graph: ModelGraph, given: ReadonlyMap<Layer, Activation>): (call: Call) => Follow {
  const known = new Map<Call, Follow>();
  for (const call of [...graph.calls].reverse()) known.set(call, follow(call, known, given));
  return (call) => known.get(call)!;
}

function follow(call: Call, known: ReadonlyMap<Call, Follow>, given: ReadonlyMap<Layer, Activation>): Follow {
  const here: Follow = {
    law: linear,
    by: call.layer,
    end: call,
    normalized: false,
    altered: undefined,
    concatenated: false,
    part: (output) => output,
  };
  const branches = call.consumers.map(({ call: next, position }) => {
    const role = roleOf(next.layer);
    if (role === 'weighted') return here;
    const then = passed(known.get(next)!, next, position);
    const law = given.get(next.layer);
    if (law !== undefined) return activated(here, next, then, law);
    if (role === 'activation')
      return activated(
        here,
        next,
        then,
        inLayer(next.layer, () => activationLaw(next.layer, atOutput(next))),
      );
    // unless something follows, these end nothing; a sum always does
    const isEnd = role === 'combining' || (then.end === next && role !== 'normalizing');
    return isEnd ? here : then;
  });
  const [first, ...others] = branches;
  const enters = call.consumers.some(
    ({ call: next }) => roleOf(next.layer) === 'combining' && !given.has(next.layer),
  );
  if (first === undefined || enters) return here;
  if (others.every(({ law }) => sameLaw(law, first.law)))
    return branches.find(({ normalized }) => !normalized) ?? first;
  return {
    ...here,
    law: new Unreadable(`layer '${call.layer.name}' feeds layers with different activations`),
  };
}

/** Whether the output of a call is one of the model's, but for rearranging. */
export function atOutput({ consumers }: Call): boolean {
  return consumers.every(({ call }) => rearranges(call.layer) && atOutput(call));
}

/** The values that an output of the model rearranges, before activations that belong to the loss. */
export function partsOf(output: Value, isHead: (layer: Layer) => boolean): Value[] {
  const { call } = output;
  if (call === undefined) return [];
  const isPassed = rearranges(call.layer) || isHead(call.layer) || activationLaw(call.layer, true) === 'head';
  return isPassed ? call.inputs.flatMap((input) => partsOf(input, isHead)) : [output];
}

/** What follows a layer, as seen from its input: how the layer itself is passed. */
function passed(then: Follow, next: Call, position: number): Follow {
  const role = roleOf(next.layer);
  if (role === 'normalizing') return { ...then, normalized: true };
  if (role === 'pooling' || role === 'combining') return { ...then, altered: next.layer };
  if (role === 'reshaping') return reshaped(then, next);
  return role === 'concatenating' ? joined(then, next, position) : then;
}

function activated(here: Follow, next: Call, then: Follow, own: ReturnType<typeof activationLaw>): Follow {
  if (own === 'head') return here;
  return {
    ...then,
    law: composed(own, then.law, then.by),
    by: own instanceof Unreadable || !isOne(own, 1) ? next.layer : then.by,
  };
}

function reshaped(then: Follow, next: Call): Follow {
  const dims = permutedAxes(next.layer);
  const { shape } = next.inputs[0]!;
  return { ...then, part: after(then.part, dims === undefined ? unflatten : unpermute) };

  function unflatten(output: TfTensor): TfTensor | undefined {
    const sizes = [output.shape[0]!, ...shape.slice(1).map((size) => size ?? -1)];
    const fits = sizes.every((size) => size >= 0) && sizes.reduce((a, b) => a * b, 1) === output.size;
    return fits ? output.reshape(sizes) : undefined;
  }

  function unpermute(output: TfTensor): TfTensor | undefined {
    // axis i of the output is axis dims[i − 1] of the input
    const inverse = [0, ...dims!.map((_, axis) => dims!.indexOf(axis + 1) + 1)];
    return output.rank === inverse.length ? output.transpose(inverse) : undefined;
  }
}

function joined(then: Follow, next: Call, position: number): Follow {
  const axis = joinedAxis(next.layer, next.inputs[0]!.shape.length);
  const sizes = next.inputs.map(({ shape }) => shape.at(axis) ?? Number.NaN);
  const sum = (values: number[]) => values.reduce((total, size) => total + size, 0);
  const take: Part = (output) => {
    if (output.shape.at(axis) !== sum(sizes)) return undefined;
    const at = output.rank + axis;
    const begin = output.shape.map((_, i) => (i === at ? sum(sizes.slice(0, position)) : 0));
    return output.slice(
      begin,
      output.shape.map((size, i) => (i === at ? sizes[position]! : size)),
    );
  };
  return { ...then, concatenated: true, part: after(then.part, take) };
}

/** `first` and then `second`, where both are possible. */
function after(first: Part, second: Part): Part {
  return (output) => {
    const found = first(output);
    return found && second(found);
  };
}

/** The activation `first`, followed by `second`, which is that of `layer`. */
export function composed(
  first: Activation | Unreadable,
  second: Activation | Unreadable,
  layer: Layer,
): Activation | Unreadable {
  if (first instanceof Unreadable) return first;
  if (second instanceof Unreadable) return second;
  // a linear activation changes nothing, and nothing is negative after ReLU
  const slopes = isOne(first, 1) ? second : isOne(second, 1) || isOne(first, 0) ? first : undefined;
  if (slopes === undefined) return unread(layer, 'follows another activation');
  const { lower, upper } = slopes;
  return { lower, upper, keep: first.keep * second.keep, scale: first.scale * second.scale };
}

function isOne({ lower, upper }: Activation, slope: number): boolean {
  return lower === slope && upper === slope;
}

/** Whether two laws are equal; two that could not be read are if it is for the same reason. */
export function sameLaw(a: Activation | Unreadable, b: Activation | Unreadable): boolean {
  if (a instanceof Unreadable || b instanceof Unreadable)
    return a instanceof Unreadable && b instanceof Unreadable && a.reason === b.reason;
  return a.lower === b.lower && a.upper === b.upper && a.keep === b.keep && a.scale === b.scale;
}
