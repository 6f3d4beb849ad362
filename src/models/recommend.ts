import { registeredTensorFlow } from '../tensorflow/registry';
import { type Diagnosis, diagnose, type ReportSettings } from './diagnose';
import { drawKernels } from './drawKernels';
import { fixed, quotedNames } from './format';
import type { InitializationScheme } from './initializationScheme';
import { logNormBound } from './judge';
import { type LayerVariable, roleOf, Unreadable } from './layerKinds';
import type { TfTensor } from './modelGraph';
import { nearestScheme } from './nearestScheme';
import type { Assessed } from './predict';
import type { ModelReading, WeightedLayer } from './readModel';

/** A scheme that fixes the initialization, and the sentences that say so, or why there is none. */
interface Recommendation {
  readonly scheme: InitializationScheme | undefined;
  readonly why: string;
}

/**
 * The scheme nearest to s = 2 whose predicted change of the norm over the depth is at most a factor of √10
 * (docs/theory.md, equation (70)), if the model with kernels drawn by it and biases of zero is healthy: with
 * three seeds in turn where the log-norm spreads by more than that over redraws.
 */
export function recommend(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  settings: ReportSettings,
  { assessed, scales }: Diagnosis,
): Recommendation {
  const none = (why: string): Recommendation => ({
    scheme: undefined,
    why: `No scheme is recommended${why}.`,
  });
  const { weighted, graph } = reading;
  const drawn = weighted.filter(({ kernels }) => kernels.some(({ frozen }) => !frozen));
  if (drawn.length === 0) return none(': all kernels are frozen');
  const unread = drawn.filter(({ law }) => law instanceof Unreadable).map(({ layer }) => layer);
  if (unread.length > 0)
    return none(
      `: the activation of ${quotedNames(unread)} cannot be read. Pass the closest one in activations`,
    );
  const { scheme, change, spread } = nearestScheme(graph, drawn, settings.training);
  if (scheme === undefined)
    return {
      scheme,
      why: `The cause is dropout: if the norm is preserved in training, the log-norm changes by ${fixed(change)} over the depth without dropout. See the report with training: true.`,
    };
  const keep = weighted
    .filter(({ kernels, frozen }) => kernels.length === 0 && !frozen)
    .map(({ layer }) => layer.name);
  const seeds = spread > logNormBound / 2 ? 3 : 1;
  let trials = 0;
  let trial: Trial;
  try {
    do trial = tried(reading, inputs, settings, { scheme, keep, number: trials++ });
    while (trials < seeds && trial.verdict === 'healthy');
  } catch (error) {
    if (error instanceof RangeError) return none(`: ${error.message}`);
    throw error;
  }
  const same = haveScalesOf(trial.drawn, scales, trial.scales);
  const biased = assessed.filter((layer, i) => layer.biased && hasFreeBiases(weighted[i]!));
  const biases =
    biased.length > 0
      ? ` Set the biases of ${namesOf(biased)} to zero${same ? '' : ' as well'}: initializeModel does not change them.`
      : '';
  if (same) {
    const sums = sumsOf(reading);
    const scale = sums && ` ${sums.charAt(0).toUpperCase()}${sums.slice(1)}.`;
    return {
      scheme: undefined,
      why: `No scheme is recommended: the kernels already have the standard deviations of '${scheme.scheme}'.${scale}${biases}`,
    };
  }
  if (trial.verdict !== 'healthy')
    return none(reason(reading, settings, assessed, { scheme, trial, trials }));
  return {
    scheme,
    why: `Recommended: initializeModel(model, { ${printed(scheme, keep, reading)} }); the predicted change of the log-norm over the depth is ${fixed(change)} ± ${fixed(spread)}, and the model was healthy when this was tried${seeds > 1 ? ` with ${seeds} seeds` : ''}.${biases}`,
  };
}

/** Why a scheme that was tried does not help. */
function reason(
  reading: ModelReading,
  { training }: ReportSettings,
  assessed: readonly Assessed[],
  { scheme, trial, trials }: { scheme: InitializationScheme; trial: Trial; trials: number },
): string {
  const sums = sumsOf(reading);
  if (sums !== '') return `: ${sums}`;
  const normalized = assessed.filter((layer) => layer.normalized);
  if (normalized.length > 0 && training)
    return `: after ${namesOf(normalized)}, a normalization sets the norm regardless of the weights`;
  return `: '${scheme.scheme}' was tried and does not ${trials > 1 ? 'always help' : 'help'}. ${trial.why.replace(/\.$/, '')}`;
}

/** What to do about sums of branches; empty if there are none. */
function sumsOf({ merges }: ModelReading): string {
  const sums = merges.filter((layer) => roleOf(layer) === 'combining');
  return sums.length === 0
    ? ''
    : `where branches merge, in ${quotedNames(sums)}, the norm changes even if every branch preserves it. Scale the branches there`;
}

/** A diagnosis of the model with other kernels. */
interface Trial extends Diagnosis {
  readonly drawn: readonly LayerVariable[];
}

/** Diagnoses the model with kernels drawn by a scheme and biases of zero; each number has a seed of its own. */
function tried(
  reading: ModelReading,
  inputs: readonly TfTensor[],
  settings: ReportSettings,
  { scheme, keep, number }: { scheme: InitializationScheme; keep: readonly string[]; number: number },
): Trial {
  let trial: Trial | undefined;
  registeredTensorFlow().tidy(() => {
    const seed = (settings.seed + number) % 2 ** 53;
    const drawn = drawKernels(reading, scheme, { seed, keep });
    const weights = new Map<LayerVariable, TfTensor>([
      ...drawn.map(({ variable, values }) => [variable, values] as const),
      ...zeroBiases(reading.weighted),
    ]);
    trial = {
      ...diagnose(reading, inputs, settings, weights),
      drawn: drawn.map(({ variable }) => variable),
    };
  });
  return trial!;
}

function zeroBiases(weighted: readonly WeightedLayer[]): [LayerVariable, TfTensor][] {
  return weighted.flatMap((layer): [LayerVariable, TfTensor][] =>
    hasFreeBiases(layer) ? [[layer.bias!, registeredTensorFlow().zerosLike(layer.bias!.read())]] : [],
  );
}

/** Whether a layer has biases that are not frozen. */
function hasFreeBiases({ bias, frozen }: WeightedLayer): boolean {
  return bias !== undefined && !frozen && bias.trainable;
}

/**
 * Whether the root mean squares of the kernels drawn are those from before, each and all together: the logs
 * of two such estimates from n weights differ by 1/√n.
 */
function haveScalesOf(
  drawn: readonly LayerVariable[],
  before: ReadonlyMap<LayerVariable, number>,
  after: ReadonlyMap<LayerVariable, number>,
): boolean {
  const within = (difference: number, count: number) => Math.abs(difference) < 5 / Math.sqrt(count);
  let [sum, total] = [0, 0];
  for (const variable of drawn) {
    const difference = Math.log(before.get(variable)! / after.get(variable)!);
    const count = variable.shape.reduce<number>((product, size) => product * size!, 1);
    if (!within(difference, count)) return false;
    sum += count * difference;
    total += count;
  }
  return within(sum / total, total);
}

function printed(scheme: InitializationScheme, keep: readonly string[], { given }: ModelReading): string {
  return [
    `scheme: '${scheme.scheme}'`,
    's' in scheme ? `s: ${scheme.s}` : [],
    given.size > 0 ? 'activations' : [],
    keep.length > 0 ? `keep: [${keep.map((name) => `'${name}'`).join(', ')}]` : [],
  ]
    .flat()
    .join(', ');
}

function namesOf(layers: readonly Assessed[]): string {
  return quotedNames(layers.map(({ report }) => report));
}
