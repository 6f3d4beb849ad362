import { registeredTensorFlow } from '../tensorflow/registry';
import type { LayerVariable } from './layerKinds';
import type { Layer, ModelGraph, TfTensor } from './modelGraph';

type Tensors = TfTensor | null | Tensors[];

/** What a recurrent layer keeps between calls: its state if it is stateful, and its cells' dropout masks. */
interface Recurrent {
  states_: Tensors;
  keptStates: Tensors;
  cell: Cell & { cells?: Cell[] };
}

interface Cell {
  dropoutMask: Tensors;
  recurrentDropoutMask: Tensors;
}

/**
 * Runs `work` with some weights replaced, and brings the model back to where it was, bit for bit: its
 * weights, the averages of normalizations, and the states of recurrent layers.
 * @param weights the weights to replace, by variable
 */
export function withoutTrace<T>(
  { layers }: ModelGraph,
  weights: ReadonlyMap<LayerVariable, TfTensor>,
  work: () => T,
): T {
  const variables = [...new Set(layers.flatMap((layer) => layer.weights))];
  // not by write(), which would apply a constraint again
  const assign = (variable: LayerVariable, value: TfTensor) =>
    (variable.read() as ReturnType<ReturnType<typeof registeredTensorFlow>['variable']>).assign(value);
  const before = variables.map((variable) => [variable, variable.read().clone()] as const);
  const restoreStates = layers.flatMap(recurrentLayers).map(setAside);
  try {
    for (const [variable, value] of weights) assign(variable, value);
    return work();
  } finally {
    for (const restore of restoreStates) restore();
    for (const [variable, value] of before) {
      if (variable.read().dataId !== value.dataId) assign(variable, value);
      value.dispose();
    }
  }
}

/** The recurrent layers that a layer is made of: itself, or those that a wrapper holds. */
function recurrentLayers(layer: Layer): Recurrent[] {
  const { forwardLayer, backwardLayer } = layer as unknown as Record<string, Layer | undefined>;
  return [layer, forwardLayer, backwardLayer].filter(
    (each) => each !== undefined && 'keptStates' in each,
  ) as unknown as Recurrent[];
}

/** Lets a recurrent layer work on copies of what it keeps; the function returned disposes of them. */
function setAside(layer: Recurrent): () => void {
  const tf = registeredTensorFlow();
  const undo: (() => void)[] = [];
  const replace = <K extends string>(owner: Record<K, Tensors>, key: K, value: Tensors) => {
    const old = owner[key];
    owner[key] = value;
    undo.push(() => {
      tf.dispose(owner[key] as TfTensor[]);
      owner[key] = old;
    });
  };
  const states = layer.states_ as TfTensor[] | null;
  replace(layer, 'states_', states?.map((state) => tf.keep(state.clone())) ?? null);
  replace(layer, 'keptStates', []);
  for (const cell of layer.cell.cells ?? [layer.cell])
    for (const mask of ['dropoutMask', 'recurrentDropoutMask'] as const) replace(cell, mask, null);
  return () => {
    for (const each of undo) each();
  };
}
