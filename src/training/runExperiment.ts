import { existsSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import type { DataSet } from '../datasets/dataSet';
import { replaceFile } from '../platform/atomicFile';
import { makeFolder } from '../platform/folder';
import { withLock } from '../platform/lock';
import { sizedNetwork, weightStds } from './architecture';
import { checkpointFile } from './checkpoint';
import type { NetworkCurve } from './curves';
import type { TrainingOptions } from './options';
import { hardware, versions } from './provenance';
import { formatResults, mergedCurves, resultsSoFar, type TrainingResults } from './results';
import { trainEnsemble } from './trainEnsemble';

/** An experiment: what is trained, and how many runs of how many epochs make it complete. */
export interface Experiment {
  about: string;
  data: () => DataSet;
  runs: number;
  options: Omit<TrainingOptions, 'data' | 'runs' | 'seed'>;
}

const seed = 2005_11878;

/** What of an experiment is run, and where its files are. */
export interface Invocation {
  name: string;
  /** Default: all of the experiment's. */
  runs?: readonly number[] | undefined;
  /** Default: the experiment's own. */
  epochs?: number | undefined;
  resume: boolean;
  /** Default: the experiment's own, or one a processor. */
  threads?: number | undefined;
  signal: AbortSignal;
  /** The results are in its NAME.json. */
  results: string;
  /** The checkpoints are in its NAME/. */
  checkpoints: string;
  report: (line: string) => void;
}

/**
 * Runs one experiment and writes its results after every epoch, added to those already there. Another process that runs
 * the same one is waited for.
 * @returns whether it was completed
 */
export function runExperiment(experiment: Experiment, invocation: Invocation): Promise<boolean> {
  const { name, checkpoints, report } = invocation;
  return withLock(
    path.join(checkpoints, `${name}.lock`),
    () => report(`${name}: waiting for another process that runs it`),
    () => runAlone(experiment, invocation),
  );
}

async function runAlone(experiment: Experiment, invocation: Invocation): Promise<boolean> {
  const { about, data: load, runs: allRuns, options } = experiment;
  const { name, runs = Array.from({ length: allRuns }, (_, i) => i), resume, signal, report } = invocation;
  const data = load();
  const training: TrainingOptions = {
    ...options,
    data,
    runs,
    epochs: invocation.epochs ?? options.epochs,
    ...(invocation.threads === undefined ? {} : { threads: invocation.threads }),
    seed,
  };
  const file = path.join(invocation.results, `${name}.json`);
  const checkpointFolder = path.join(invocation.checkpoints, name);
  const checkpointFiles = runs.map((run) => checkpointFile(checkpointFolder, run));
  const left = checkpointFiles.find((checkpoint) => existsSync(checkpoint));
  if (!resume && left !== undefined)
    throw new Error(`${left} is left of an interrupted training: give --resume to go on, or delete it`);
  const { schemes, epochs: _, ...settings } = options;
  const before = resultsSoFar(file, {
    experiment: name,
    about,
    data: data.name,
    settings: { ...settings, weightStds: roundedStds(options, data) },
    seed,
    shards: [],
    curves: [],
  });
  // a scheduler may start a shard again that had ended when its node was lost
  if (resume && isComplete(before, runs, training.epochs, Object.keys(schemes))) return true;
  makeFolder(invocation.results);
  const started = performance.now();
  const write = (curves: readonly NetworkCurve[], complete: boolean, backend: string) =>
    replaceFile(
      file,
      formatResults({
        ...before,
        shards: [
          ...before.shards,
          {
            runs: [...runs],
            epochs: training.epochs,
            seconds: Math.round((performance.now() - started) / 1000),
            finished: new Date().toISOString(),
            complete,
            backend,
            versions: versions(),
            hardware: hardware(),
          },
        ],
        curves: mergedCurves(before.curves, curves, Object.keys(schemes)),
      }),
    );
  let reported = 0;
  /** Steps that were done before, by checkpoints. */
  let first: number | undefined;
  const result = await trainEnsemble({
    ...training,
    checkpointFolder,
    signal,
    onProgress(done, total) {
      const seconds = (performance.now() - started) / 1000;
      first ??= done;
      if (seconds - reported < 10) return;
      reported = seconds;
      const rate = (done - first) / seconds;
      report(
        `${name}: ${((100 * done) / total).toFixed(1)} %, ${rate.toFixed(0)} network-steps/s, ${((total - done) / rate / 60).toFixed(1)} min left`,
      );
    },
    onEpoch(curves) {
      write(curves, false, '');
    },
  });
  write(result.curves, result.complete, result.backend ?? '');
  if (result.complete) for (const checkpoint of checkpointFiles) rmSync(checkpoint, { force: true });
  return result.complete;
}

/** Whether these runs have been trained so far, in all schemes. */
function isComplete(
  { curves }: TrainingResults,
  runs: readonly number[],
  epochs: number,
  schemes: readonly string[],
): boolean {
  const trained = new Set(
    curves.filter(({ testLoss }) => testLoss.length > epochs).map(({ scheme, run }) => `${run} ${scheme}`),
  );
  return runs.every((run) => schemes.every((scheme) => trained.has(`${run} ${scheme}`)));
}

/** The schemes as they are used: by name, their standard deviations layer by layer, to the digits that are written. */
function roundedStds(
  { architecture, schemes }: Experiment['options'],
  data: DataSet,
): Record<string, number[]> {
  const stds = weightStds(schemes, sizedNetwork(architecture, data));
  const rounded = (values: number[]) => values.map((std) => Number(std.toPrecision(6)));
  return Object.fromEntries(Object.entries(stds).map(([name, values]) => [name, rounded(values)]));
}
