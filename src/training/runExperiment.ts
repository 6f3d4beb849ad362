import { existsSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import type { DataSet } from '../datasets/dataSet';
import { makeFolder } from '../platform/folder';
import { withLock } from '../platform/lock';
import { sha256 } from '../platform/sha256';
import { sizedNetwork, weightStds } from './architecture';
import { checkpointFile } from './checkpoint';
import type { NetworkCurve } from './curves';
import type { Experiment } from './experiment';
import { addResults } from './mergeResults';
import { hardware, versions } from './provenance';
import { resultsSoFar, type TrainingResults } from './results';
import { arithmetic } from './settings';
import { trainEnsemble } from './trainEnsemble';

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
 * Runs one experiment and adds its results after every epoch to those already there. Processes that train other runs of it
 * in the same folders go on side by side; one that trains one of the same runs is waited for.
 * @returns whether it was completed
 */
export function runExperiment(experiment: Experiment, invocation: Invocation): Promise<boolean> {
  const { name, checkpoints, report } = invocation;
  const runs = invocation.runs ?? Array.from({ length: experiment.runs }, (_, i) => i);
  const folder = path.join(checkpoints, name);
  // in the same order in every process, so that no two wait for each other
  const holdingAll = [...runs]
    .sort((a, b) => b - a)
    .reduce(
      (body, run) => () =>
        withLock(
          path.join(folder, `run-${run}.lock`),
          () => report(`${name}: waiting for another process that trains run ${run}`),
          body,
        ),
      () => train(experiment, { ...invocation, runs }, folder),
    );
  return holdingAll();
}

async function train(
  { about, data: load, options }: Experiment,
  invocation: Invocation & { runs: readonly number[] },
  checkpointFolder: string,
): Promise<boolean> {
  const { name, runs, epochs = options.epochs, resume, threads, signal, results, report } = invocation;
  const data = load();
  const { schemes, epochs: _, ...settings } = options;
  const checkpointFiles = runs.map((run) => checkpointFile(checkpointFolder, run));
  const left = checkpointFiles.find((checkpoint) => existsSync(checkpoint));
  if (!resume && left !== undefined)
    throw new Error(`${left} is left of an interrupted training: give --resume to go on, or delete it`);
  const empty: TrainingResults = {
    experiment: name,
    about,
    data: data.name,
    settings: { ...settings, weightStds: roundedStds(options, data) },
    seed,
    arithmetic,
    shards: [],
    curves: [],
  };
  const file = path.join(results, `${name}.json`);
  const before = resultsSoFar(file, empty);
  // a scheduler may start a shard again that had ended when its node was lost
  if (resume && isComplete(before, runs, epochs, Object.keys(schemes))) return true;
  makeFolder(results);
  const started = performance.now();
  const failed = new AbortController();
  let written: TrainingResults | undefined;
  let writing = Promise.resolve();
  const write = (curves: readonly NetworkCurve[], complete: boolean, backend: string) => {
    const shard = {
      runs: [...runs],
      epochs,
      seconds: Math.round((performance.now() - started) / 1000),
      finished: new Date().toISOString(),
      complete,
      backend,
      versions: versions(),
      hardware: hardware(),
      ...(complete && { digests: digests(curves) }),
    };
    const now = { ...empty, shards: [shard], curves: [...curves] };
    const outdated = written;
    written = now;
    writing = writing.then(() => addResults(file, now, outdated));
    writing.catch(() => failed.abort());
  };
  let reported = 0;
  /** Steps that were done before, by checkpoints. */
  let first: number | undefined;
  const result = await trainEnsemble({
    ...options,
    data,
    runs,
    epochs,
    ...(threads === undefined ? {} : { threads }),
    seed,
    checkpointFolder,
    signal: AbortSignal.any([signal, failed.signal]),
    onProgress(done, total) {
      if (first === undefined) {
        first = done;
        if (done > 0) report(`${name}: goes on after ${done} of ${total} network-steps`);
      }
      const seconds = (performance.now() - started) / 1000;
      if (seconds - reported < 10 || done === first) return;
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
  await writing;
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

/** The SHA-256 of the curves of each run, with all their digits. */
function digests(curves: readonly NetworkCurve[]): Record<string, string> {
  const ofRun = (run: number) => sha256(JSON.stringify(curves.filter((curve) => curve.run === run)));
  return Object.fromEntries(curves.map(({ run }) => [run, ofRun(run)]));
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
