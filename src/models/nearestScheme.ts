import { type Activation, inEvaluation } from '../core/activations';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import type { InitializationScheme } from './initializationScheme';
import { logNormBound } from './judge';
import type { Call, Layer, ModelGraph } from './modelGraph';
import type { WeightedLayer } from './readModel';

/**
 * The scheme nearest to s = 2 whose predicted change of the log-norm over the depth is within half the bound
 * of a healthy model, with the change that remains and its spread: docs/theory.md, equation (70). It is
 * undefined if dropout, which is off in evaluation, rules out every scheme.
 *
 * The depth is the longest path through the layers that are drawn.
 * @param drawn layers with kernels and with activations that could be read
 */
export function nearestScheme(
  graph: ModelGraph,
  drawn: readonly WeightedLayer[],
  training: boolean,
): { scheme: InitializationScheme | undefined; change: number; spread: number } {
  const layers = longestPath(graph, drawn).map(({ law, kernels }) => {
    const activation = law as Activation;
    const width = kernels.at(-1)!.units;
    const inTraining = logNormMoments({ activation, width });
    const here = training ? inTraining : logNormMoments({ activation: inEvaluation(activation), width });
    return { activation, width, critical: inTraining.mean, ...here };
  });
  const total = (f: (layer: (typeof layers)[number]) => number) =>
    layers.reduce((sum, each) => sum + f(each), 0);
  /** The change of the log-norm over the depth for weights that preserve the moment of order s. */
  const changeAt = (s: number) =>
    total(
      ({ activation, width, mean }) => mean - Math.log(momentFactor({ activation, width, order: s })) / s,
    );
  const spread = Math.sqrt(total(({ variance }) => variance));
  const orders = Array.from({ length: 20 }, (_, i) => (20 - i) / 10);
  const s = orders.find((order) => Math.abs(changeAt(order)) <= logNormBound / 2);
  if (s === 2) return { scheme: { scheme: 'kaimingNormal' }, change: changeAt(2), spread };
  if (s !== undefined) return { scheme: { scheme: 'momentPreserving', s }, change: changeAt(s), spread };
  const change = total(({ mean, critical }) => mean - critical);
  return {
    scheme: Math.abs(change) <= logNormBound / 2 ? { scheme: 'lyapunov' } : undefined,
    change,
    spread,
  };
}

/** The layers of `drawn` on a path through the model that has the most of them, in order. */
function longestPath({ calls }: ModelGraph, drawn: readonly WeightedLayer[]): WeightedLayer[] {
  interface Path {
    length: number;
    last: WeightedLayer | undefined;
    before: Path | undefined;
  }
  const start: Path = { length: 0, last: undefined, before: undefined };
  const longer = (a: Path, b: Path) => (b.length > a.length ? b : a);
  const layers = new Map<Layer, WeightedLayer>(drawn.map((each) => [each.layer, each]));
  const paths = new Map<Call, Path>();
  for (const call of calls) {
    const before = call.inputs.map((input) => (input.call && paths.get(input.call)) ?? start).reduce(longer);
    const last = layers.get(call.layer);
    paths.set(call, last === undefined ? before : { length: before.length + 1, last, before });
  }
  const path: WeightedLayer[] = [];
  for (let at = [...paths.values()].reduce(longer, start); at.last !== undefined; at = at.before!)
    path.unshift(at.last);
  return path;
}
