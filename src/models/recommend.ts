import { inEvaluation } from '../core/activations';
import { logNormMoments } from '../theory/logNorm';
import { momentFactor } from '../theory/moments';
import { fixed, quotedNames } from './format';
import type { InitializationScheme } from './initializeModel';
import { logNormBound } from './judge';
import type { Assessed } from './predict';
import { type ModelReading, Unreadable, type WeightedLayer } from './readModel';

/** The scheme nearest to s = 2 that by theory keeps the norm within a factor of three over the depth. */
export function recommend(
  { weighted, merges }: ModelReading,
  assessed: readonly Assessed[],
  training: boolean,
): { scheme: InitializationScheme | undefined; why: string } {
  const none = (why: string) => ({ scheme: undefined, why: `No scheme is recommended${why}.` });
  const drawn = weighted.filter(({ kernels }) => kernels.length > 0);
  const unread = drawn.filter(({ law }) => law instanceof Unreadable).map(({ layer }) => layer);
  if (unread.length > 0)
    return none(` without the law behind ${quotedNames(unread)}: pass the nearest one in activations`);
  // joined side by side, branches keep their mean square; added, they do not
  const sums = merges.filter((layer) => layer.getClassName() !== 'Concatenate');
  if (sums.length > 0)
    return none(
      `: where branches meet, in ${quotedNames(sums)}, the norm changes whatever each of them preserves. Scale them there`,
    );
  const normalized = assessed.filter((layer) => layer.normalized);
  if (normalized.length > 0 && training)
    return none(`: behind ${namesOf(normalized)} a normalization sets the norm, whatever the weights`);
  const { scheme, change, spread } = nearestScheme(drawn, training);
  if (scheme === undefined)
    return {
      scheme,
      why: `This is dropout's: in training the norm can be preserved, without dropout it then changes by ${fixed(change)} over the depth. See the report with training: true.`,
    };
  const kept = weighted.filter((layer) => !drawn.includes(layer)).map(({ layer }) => `'${layer.name}'`);
  const parameters = [
    `scheme: '${scheme.scheme}'`,
    's' in scheme ? `s: ${scheme.s}` : [],
    'seed',
    kept.length > 0 ? `keep: [${kept.join(', ')}]` : [],
  ].flat();
  const biased = assessed.filter((layer) => layer.biased);
  const once =
    biased.length > 0 ? `, once the biases of ${namesOf(biased)} are zero: it leaves them as they are` : '';
  return {
    scheme,
    why: `Recommended: initializeModel(model, { ${parameters.join(', ')} }); layer after layer, the log-norm then changes by ${fixed(change)} ± ${fixed(spread)} over the depth${once}.`,
  };
}

/** That scheme, undefined if there is none without dropout; with the change of the log-norm that it leaves. */
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
  /** The change of the log-norm over the depth with standard deviations that preserve the moment of order s. */
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
