import { requireText } from '../core/validation';
import { contentOf, ownFolder } from '../platform/files';
import { sha256 } from '../platform/sha256';
import { measures, type NetworkCurve } from './curves';

/** Information about one invocation of `npm run experiments` that contributed to a results file. */
export interface TrainingShard {
  /** Numbers of the runs. */
  runs: number[];
  /** Number of epochs. */
  epochs: number;
  /** Whether all epochs were completed. */
  complete: boolean;
  /** Wall time in seconds, without epochs restored from checkpoints. */
  seconds: number;
  /** Date and time at the end. */
  finished: string;
  /** Backend of TensorFlow.js. */
  backend: string;
  /** Versions of the software. */
  versions: Record<string, string>;
  /** Description of the machine. */
  hardware: string;
  /**
   * By run, the SHA-256 of its curves before they were rounded, so that trainings can be compared bit by bit.
   * Given for complete trainings, except by earlier versions.
   */
  digests?: Record<string, string>;
}

/** The content of a results file in data/results. */
export interface TrainingResults {
  /** Name of the experiment. */
  experiment: string;
  /** Description of the experiment. */
  about: string;
  /** Name of the data set. */
  data: string;
  /** The options of the training. */
  settings: Record<string, unknown>;
  seed: number;
  /**
   * Version of the arithmetic of training: results of different versions differ by rounding, which training amplifies. Not
   * given by earlier versions.
   */
  arithmetic?: number;
  shards: TrainingShard[];
  /** One curve per network, by scheme and run. */
  curves: NetworkCurve[];
}

/** The folder of the committed results. */
export const resultsFolder = ownFolder('data/results');

/**
 * Reads the committed results of a full-scale experiment, for plotting and comparing them without training.
 * They are written by `npm run experiments`.
 *
 * All curves have the same number of epochs: among the numbers of epochs of complete trainings, the one
 * reached by most networks (the larger one if there are two). Longer curves are cut, shorter ones omitted.
 * In a browser the program that runs there must offer the file: see `loadIdx`.
 * @param experiment name of the experiment, such as 'mnist-relu'
 * @throws Error if there are no results of that name, they are damaged, or no training is complete.
 * @example
 * trainingResults('mnist-relu').settings.batchSize // 128
 */
export function trainingResults(experiment: string): TrainingResults {
  const results = resultsIn(`${resultsFolder}/${requireText('experiment', experiment)}.json`);
  if (!results)
    throw new Error(
      `there are no results of the experiment '${experiment}'; run \`npm run experiments -- ${experiment}\` to create them`,
    );
  return { ...results, curves: completeCurves(results) };
}

/** The curves that `trainingResults` returns. */
export function completeCurves({ experiment, shards, curves }: TrainingResults): NetworkCurve[] {
  const reaching = (epochs: number) => curves.filter((curve) => curve.testLoss.length > epochs);
  const completed = shards.filter(({ complete }) => complete).map(({ epochs }) => epochs);
  if (completed.length === 0)
    throw new Error(
      `no training of '${experiment}' is complete; run \`npm run experiments -- ${experiment} --resume\` to continue`,
    );
  const epochs = completed.reduce((best, next) => {
    const more = reaching(next).length - reaching(best).length;
    return more > 0 || (more === 0 && next > best) ? next : best;
  });
  return reaching(epochs).map((curve) => {
    const cut = { ...curve };
    for (const measure of measures) cut[measure] = curve[measure].slice(0, epochs + 1);
    return cut;
  });
}

/**
 * Reads a results file, in which null represents NaN.
 * @throws Error that names the file and says what to do if it is damaged or contains something else.
 */
export function readResults(file: string): TrainingResults {
  const results = resultsIn(file);
  if (!results) throw new Error(`${file} is missing`);
  return results;
}

/** The same, or undefined if there is no such file. */
function resultsIn(file: string): TrainingResults | undefined {
  const content = contentOf(file);
  try {
    return content && parse(new TextDecoder().decode(content));
  } catch (error) {
    throw new Error(
      `${file} does not contain results of a training, or is damaged (${(error as Error).message}). ` +
        'Restore it from a copy, such as with git restore, or move it away and train its runs again',
      { cause: error },
    );
  }
}

/**
 * The results in a file, or `empty` if there is no such file.
 * @throws Error if the file contains results of other settings, data, seed or arithmetic than `empty`.
 */
export function resultsSoFar(file: string, empty: TrainingResults): TrainingResults {
  const found = resultsIn(file);
  if (!found) return empty;
  for (const key of ['data', 'settings', 'seed', 'arithmetic'] as const)
    if (JSON.stringify(found[key]) !== JSON.stringify(empty[key]))
      throw new Error(`${file} holds results with other ${key}; move it away first, or pass --out`);
  return found;
}

function parse(text: string): TrainingResults {
  const results = JSON.parse(checkedContent(text)) as Partial<TrainingResults> | null;
  const { experiment, settings, shards, curves } = results ?? {};
  if (typeof experiment !== 'string' || !settings || !Array.isArray(shards) || !Array.isArray(curves))
    throw new Error('experiment, settings, shards or curves are missing');
  for (const curve of curves)
    for (const measure of measures)
      curve[measure] = (curve[measure] as (number | null)[]).map((x) => x ?? Number.NaN);
  return results as TrainingResults;
}

/**
 * Formats a results file for reading and comparing: one curve or list of runs per line, numbers to six
 * digits, and on the last line the SHA-256 of what is above it.
 */
export function formatResults({ curves, ...head }: TrainingResults): string {
  const round = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  const lines = curves.map((curve) => JSON.stringify(curve, round));
  const settings = JSON.stringify(head, null, 1).replace(/\[[\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' '),
  );
  return withDigest(`${settings.slice(0, -2)},\n "curves": [\n${lines.join(',\n')}\n]\n}\n`);
}

/** Adds a last member to the text of a JSON object: the SHA-256 of the text before it. */
export function withDigest(text: string): string {
  const content = text.replace(/\n}\n$/, '');
  return `${content},\n "sha256": "${sha256(content)}"\n}\n`;
}

/**
 * The text without its digest, or as it is if it ends with the curves: earlier versions wrote no digest.
 * @throws Error if the digest is not that of the text.
 */
function checkedContent(text: string): string {
  const [end, digest] = /,\n "sha256": "([0-9a-f]{64})"\n}\n$/.exec(text) ?? [];
  if (end === undefined) {
    if (text.endsWith('\n]\n}\n')) return text;
    throw new Error('its end is missing');
  }
  const content = text.slice(0, -end.length);
  if (sha256(content) !== digest) throw new Error('its SHA-256 is not the one on its last line');
  return `${content}\n}\n`;
}

/**
 * The curves of both, one per network: the longer one where a network is in both, of equal ones the new one; in
 * the order of the schemes, then of the runs.
 */
export function mergedCurves(
  before: readonly NetworkCurve[],
  now: readonly NetworkCurve[],
  schemes: readonly string[],
): NetworkCurve[] {
  const all = new Map<string, NetworkCurve>();
  for (const curve of [...before, ...now]) {
    const key = JSON.stringify([curve.scheme, curve.run]);
    if ((all.get(key)?.testLoss.length ?? 0) <= curve.testLoss.length) all.set(key, curve);
  }
  return [...all.values()].sort(
    (a, b) => schemes.indexOf(a.scheme) - schemes.indexOf(b.scheme) || a.run - b.run,
  );
}
