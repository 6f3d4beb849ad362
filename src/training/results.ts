import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { measures, type NetworkCurve } from './curves';

/** What one invocation of `npm run experiments` contributed to a file of results. */
export interface TrainingShard {
  runs: number[];
  epochs: number;
  /** Whether it was trained to the end. */
  complete: boolean;
  /** Wall time, without the epochs that it took over from checkpoints. */
  seconds: number;
  finished: string;
  backend: string;
  versions: Record<string, string>;
  hardware: string;
}

/** A file of results in data/results. */
export interface TrainingResults {
  experiment: string;
  about: string;
  /** The data set's name; a lossy copy says so. */
  data: string;
  settings: Record<string, unknown>;
  seed: number;
  shards: TrainingShard[];
  /** One a network, by scheme and run. */
  curves: NetworkCurve[];
}

/** The folder of the committed results. */
export const resultsFolder = path.resolve(__dirname, '..', '..', 'data', 'results');

/**
 * The results of a full-scale experiment, as `npm run experiments` has written them. All curves have the same number of
 * epochs: of the numbers to which a training was completed, the one that most networks have reached, the larger of
 * two; longer curves are cut there, shorter ones left out.
 * @param experiment its name, for example 'mnist-relu'
 * @throws Error if there are no results of that name, or no training of it was completed.
 * @example
 * trainingResults('mnist-relu').settings.batchSize // 128
 */
export function trainingResults(experiment: string): TrainingResults {
  const file = path.join(resultsFolder, `${experiment}.json`);
  if (!existsSync(file))
    throw new Error(
      `there are no results of an experiment '${experiment}'; \`npm run experiments -- ${experiment}\` makes them`,
    );
  const results = parseResults(readFileSync(file, 'utf8'));
  return { ...results, curves: completeCurves(results) };
}

/** The curves that `trainingResults` gives. */
export function completeCurves({ experiment, shards, curves }: TrainingResults): NetworkCurve[] {
  const reaching = (epochs: number) => curves.filter((curve) => curve.testLoss.length > epochs);
  const completed = shards.filter(({ complete }) => complete).map(({ epochs }) => epochs);
  if (completed.length === 0)
    throw new Error(
      `no training of '${experiment}' was completed; \`npm run experiments -- ${experiment} --resume\` goes on`,
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

/** The content of a file of results, where JSON's null stands for NaN. */
export function parseResults(text: string): TrainingResults {
  const results = JSON.parse(text) as TrainingResults;
  if (!Array.isArray(results.curves)) throw new Error('these are no results of a training');
  for (const curve of results.curves)
    for (const measure of measures)
      curve[measure] = (curve[measure] as (number | null)[]).map((x) => x ?? Number.NaN);
  return results;
}

/** A file of results: a curve a line, as a list of runs is, and numbers of six digits, so that it can be read and compared. */
export function formatResults({ curves, ...head }: TrainingResults): string {
  const round = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  const lines = curves.map((curve) => JSON.stringify(curve, round));
  const settings = JSON.stringify(head, null, 1).replace(/\[[\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' '),
  );
  return `${settings.slice(0, -2)},\n "curves": [\n${lines.join(',\n')}\n]\n}\n`;
}

/**
 * The curves of both, one a network: the longer one where a network is in both, of equal ones the new one; in the
 * order of the schemes, then of the runs.
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
