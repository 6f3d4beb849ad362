import { inEvaluation } from '../core/activations';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import { fixed, quotedNames } from './format';
import type { InitializationScheme } from './initializeModel';
import { logNormBound } from './judge';
import type { Assessed } from './predict';
import { type ModelReading, Unreadable, type WeightedLayer } from './readModel';

/**
 * The scheme nearest to s = 2 whose predicted change of the norm over the depth is at most a factor of √10:
 * docs/theory.md, equation (70).
 */
export function recommend(
  { weighted, merges }: ModelReading,
  assessed: readonly Assessed[],
  training: boolean,
): { scheme: InitializationScheme | undefined; why: string } {
  const none = (why: string) => ({ scheme: undefined, why: `No scheme is recommended${why}.` });
  const drawn = weighted.filter(({ kernels }) => kernels.length > 0);
  const unread = drawn.filter(({ law }) => law instanceof Unreadable).map(({ layer }) => layer);
  if (unread.length > 0)
    return none(
      `: the activation of ${quotedNames(unread)} cannot be read. Pass the closest one in activations`,
    );
  // concatenation keeps the mean square of the branches; a sum does not
  const sums = merges.filter((layer) => layer.getClassName() !== 'Concatenate');
  if (sums.length > 0)
    return none(
      `: where branches merge, in ${quotedNames(sums)}, the norm changes even if every branch preserves it. Scale the branches there`,
    );
  const normalized = assessed.filter((layer) => layer.normalized);
  if (normalized.length > 0 && training)
    return none(`: after ${namesOf(normalized)}, a normalization sets the norm regardless of the weights`);
  const { scheme, change, spread } = nearestScheme(drawn, training);
  if (scheme === undefined)
    return {
      scheme,
      why: `The cause is dropout: if the norm is preserved in training, the log-norm changes by ${fixed(change)} over the depth without dropout. See the report with training: true.`,
    };
  const kept = weighted.filter((layer) => !drawn.includes(layer)).map(({ layer }) => `'${layer.name}'`);
  const parameters = [
    `scheme: '${scheme.scheme}'`,
    's' in scheme ? `s: ${scheme.s}` : [],
    'seed',
    kept.length > 0 ? `keep: [${kept.join(', ')}]` : [],
  ].flat();
  const biased = assessed.filter((layer) => layer.biased);
  const zeroBiases =
    biased.length > 0
      ? ` Set the biases of ${namesOf(biased)} to zero as well: initializeModel does not change them.`
      : '';
  return {
    scheme,
    why: `Recommended: initializeModel(model, { ${parameters.join(', ')} }); the predicted change of the log-norm over the depth is ${fixed(change)} ± ${fixed(spread)}.${zeroBiases}`,
  };
}

/**
 * That scheme, with the change of the log-norm that remains. It is undefined if dropout, which is off in
 * evaluation, rules out every scheme.
 */
function nearestScheme(
  weighted: readonly WeightedLayer[],
  training: boolean,
): { scheme: InitializationScheme | undefined; change: number; spread: number } {
  const layers = weighted.map(({ layer, law, kernels }) => {
    const activation = law as Exclude<typeof law, Unreadable>;
    const width = layer.getWeights()[kernels.at(-1)!.weight]!.shape.at(-1)!;
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

function namesOf(layers: readonly Assessed[]): string {
  return quotedNames(layers.map(({ report }) => report));
}
