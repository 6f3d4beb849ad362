#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { leakyRelu, linear, relu } from '../core/activations';
import { downloadFolder, loadCifar10 } from '../datasets/cifar10';
import type { DataSet } from '../datasets/dataSet';
import { loadMnist } from '../datasets/mnist';
import { replaceFile } from '../platform/atomicFile';
import { withLock } from '../platform/lock';
import { instructionSet } from '../platform/processor';
import { kaimingStd, momentPreservingStd, randomWalkStd, xavierStd } from '../theory/std';
import { type Scheme, sizedNetwork, weightStds } from '../training/architecture';
import { checkpointFile } from '../training/checkpoint';
import type { NetworkCurve } from '../training/curves';
import type { TrainingOptions } from '../training/options';
import {
  formatResults,
  mergedCurves,
  parseResults,
  resultsFolder,
  type TrainingResults,
} from '../training/results';
import { trainEnsemble } from '../training/trainEnsemble';

/** An experiment: what is trained, and how many runs of how many epochs make it complete. */
export interface Experiment {
  about: string;
  data: () => DataSet;
  runs: number;
  options: Omit<TrainingOptions, 'data' | 'runs' | 'seed'>;
}

/** The moment-preserving scheme as the authors' code has it. */
const authors =
  (s: number): Scheme =>
  (layer) =>
    momentPreservingStd({ ...layer, s, method: 'authors' });
/** Schemes that their scripts compute for another activation than the network's. */
const as =
  (scheme: Scheme, activation: typeof relu): Scheme =>
  (layer) =>
    scheme({ ...layer, activation });

const mnistRelu: Experiment = {
  about: "the authors' MNIST script for ReLU: 20 layers of width 64, ReLU on the logits too",
  data: loadMnist,
  runs: 20,
  options: {
    architecture: {
      activation: relu,
      depth: 20,
      width: 64,
      activationOnLogits: true,
      biases: 'pytorch',
    },
    schemes: {
      's = 0.8': authors(0.8),
      Kaiming: kaimingStd,
      Xavier: xavierStd,
      'random walk': randomWalkStd,
    },
    epochs: 30,
    optimizer: { learningRate: 0.01 },
    batchSize: 128,
  },
};

const linearSchemes = {
  's = 1': authors(1),
  Kaiming: kaimingStd,
  Xavier: xavierStd,
  'random walk': randomWalkStd,
};

/** The authors' CIFAR-10 scripts: the activation follows the fully connected layers; the convolutions have ReLU. */
function cifar10(
  name: string,
  activation: typeof relu,
  schemes: Readonly<Record<string, Scheme>>,
): Experiment {
  return {
    about: `the authors' CIFAR-10 script for ${name}: two convolutions, then 20 layers of width 64`,
    data: loadCifar10,
    runs: 10,
    options: {
      architecture: {
        activation,
        depth: 20,
        width: 64,
        activationOnLogits: true,
        biases: 'pytorch',
        convolutions: [
          { channels: 6, size: 5 },
          { channels: 16, size: 5 },
        ],
      },
      schemes,
      epochs: 50,
      optimizer: {
        learningRate: 0.01,
        weightDecay: 1e-4,
        schedule: [{ fromEpoch: 33, learningRate: 0.001 }],
      },
      batchSize: 512,
      augmentation: { padding: 4 },
    },
  };
}

export const experiments: Record<string, Experiment> = {
  'mnist-relu': mnistRelu,
  'mnist-linear': {
    about: "the authors' MNIST script for linear networks: 30 layers of width 64, inputs in [0, 1]",
    data: loadMnist,
    runs: 20,
    options: {
      architecture: { activation: linear, depth: 30, width: 64, biases: 'pytorch' },
      schemes: linearSchemes,
      epochs: 30,
      optimizer: { learningRate: 0.001 },
      batchSize: 128,
      pixels: { mean: 0, std: 1 },
    },
  },
  'mnist-leaky': {
    about:
      "the authors' MNIST script for Leaky ReLU: 20 layers of width 64, slope 0.01, on the logits too; Kaiming and random walk with the gain of ReLU, as there",
    data: loadMnist,
    runs: 20,
    options: {
      ...mnistRelu.options,
      architecture: { ...mnistRelu.options.architecture, activation: leakyRelu(0.01) },
      schemes: {
        's = 1': authors(1),
        Kaiming: as(kaimingStd, relu),
        Xavier: xavierStd,
        'random walk': as(randomWalkStd, relu),
      },
    },
  },
  'mnist-relu-plain-logits': {
    ...mnistRelu,
    about: "the authors' MNIST script for ReLU from the same weights, but without ReLU on the logits",
    options: {
      ...mnistRelu.options,
      architecture: { ...mnistRelu.options.architecture, activationOnLogits: false },
      schemes: Object.fromEntries(
        Object.entries(mnistRelu.options.schemes).map(([name, scheme]) => [name, as(scheme, relu)]),
      ),
    },
  },
  ...sweep('relu', relu, 0.01),
  ...sweep('linear', linear, 0.001),
  'cifar10-relu': cifar10('ReLU', relu, mnistRelu.options.schemes),
  'cifar10-leaky': cifar10('Leaky ReLU', leakyRelu(0.01), {
    's = 1': authors(1),
    Kaiming: as(kaimingStd, relu),
    Xavier: xavierStd,
  }),
  'cifar10-linear': cifar10('linear networks', linear, linearSchemes),
};

/** Which s trains best: networks of three depths from five orders, plain logits, exact standard deviations. */
function sweep(name: string, activation: typeof relu, learningRate: number): Record<string, Experiment> {
  const orders = [0.05, 0.5, 1, 1.5, 2];
  return Object.fromEntries(
    [10, 20, 40].map((depth) => [
      `sweep-${name}-${depth}`,
      {
        about: `which s trains best: ${name} networks, ${depth} layers of width 64, exact standard deviations, no biases at first, no activation on the logits`,
        data: loadMnist,
        runs: 20,
        options: {
          architecture: { activation, depth, width: 64 },
          schemes: Object.fromEntries(
            orders.map((s): [string, Scheme] => [
              `s = ${s}`,
              (layer) => momentPreservingStd({ ...layer, s }),
            ]),
          ),
          epochs: 5,
          optimizer: { learningRate },
          batchSize: 128,
        },
      },
    ]),
  );
}

const seed = 2005_11878;
const root = path.resolve(__dirname, '..', '..');

/** @throws Error if the file holds results of other settings. */
function readResults(file: string, expected: TrainingResults): TrainingResults {
  if (!existsSync(file)) return expected;
  const found = parseResults(readFileSync(file, 'utf8'));
  for (const key of ['data', 'settings', 'seed'] as const)
    if (JSON.stringify(found[key]) !== JSON.stringify(expected[key]))
      throw new Error(`${file} holds results with other ${key}; move it away first`);
  return found;
}

function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const tfjs = require('@tensorflow/tfjs/package.json') as { version: string };
  return {
    fracmoment: own.version,
    commit: sourceCommit(),
    node: process.version,
    '@tensorflow/tfjs': tfjs.version,
  };
}

/** The commit of this checkout, with a + where files differ from it; 'unknown' outside a checkout. */
function sourceCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'package.json', 'package-lock.json') !== '';
    return git('rev-parse', 'HEAD').trim() + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

function hardware(): string {
  const all = cpus();
  const model = all[0]?.model.trim() ?? 'unknown processor';
  return `${all.length} × ${model} (${instructionSet()}), ${type()} ${release()}`;
}

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
  const before = readResults(file, {
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
  mkdirSync(invocation.results, { recursive: true });
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

/**
 * Adds files of results to those of their experiment in a folder. What is in there does not depend on how often or in
 * which order files were added, or which of its runs were in the same file.
 * @throws Error if a file holds results of other settings, data or seed
 */
export async function mergeResults(files: readonly string[], results: string): Promise<void> {
  for (const file of files) {
    const added = parseResults(readFileSync(file, 'utf8'));
    const target = path.join(results, `${added.experiment}.json`);
    await withLock(
      `${target}.lock`,
      () => {},
      async () => {
        const before = readResults(target, { ...added, shards: [], curves: [] });
        const shards = new Map(
          [...before.shards, ...added.shards].map((shard) => [JSON.stringify(shard), shard]),
        );
        const schemes = Object.keys(added.settings.weightStds as object);
        replaceFile(
          target,
          formatResults({
            ...before,
            shards: [...shards.values()].sort(
              (a, b) => a.runs[0]! - b.runs[0]! || a.finished.localeCompare(b.finished),
            ),
            curves: mergedCurves(before.curves, added.curves, schemes),
          }),
        );
      },
    );
  }
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

/** '0-4,7' → [0, 1, 2, 3, 4, 7] */
export function parseRuns(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first))
      throw new RangeError(`--runs must be a list such as 0-19 or 0-4,7; got ${text}`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
}

const usage = `Usage: npm run experiments -- NAME… [--runs 0-19] [--epochs N] [--resume] [--threads N] [--out FOLDER] [--checkpoints FOLDER]
       npm run experiments -- --merge FILE… [--out FOLDER]

Trains at full scale and writes data/results/NAME.json, after every epoch; runs are added to those already there.

  --runs LIST   the runs to train (default: all of the experiment's)
  --epochs N    instead of the experiment's own number
  --resume      go on from the checkpoints of an interrupted training (in data/downloads/checkpoints)
  --threads N   instead of one a processor
  --out FOLDER  for the results, and in its checkpoints/ for the checkpoints, instead of data/
  --checkpoints FOLDER  for the checkpoints alone
  --merge       add files of results that were made elsewhere

Experiments:
${Object.entries(experiments)
  .map(
    ([name, { about, runs, options }]) =>
      `  ${name}\n      ${about}; ${runs} runs × ${options.epochs} epochs`,
  )
  .join('\n')}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      epochs: { type: 'string' },
      resume: { type: 'boolean', default: false },
      threads: { type: 'string' },
      out: { type: 'string' },
      checkpoints: { type: 'string' },
      merge: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const results = values.out ?? resultsFolder;
  if (values.merge && positionals.length > 0) {
    await mergeResults(positionals, results);
    return 0;
  }
  const unknown = positionals.filter((name) => !Object.hasOwn(experiments, name));
  if (values.help || unknown.length > 0 || positionals.length === 0) {
    const out = values.help ? process.stdout : process.stderr;
    if (unknown.length > 0) out.write(`No experiment is called ${unknown.join(', ')}.\n`);
    out.write(usage);
    return values.help ? 0 : 2;
  }
  const controller = new AbortController();
  let interrupted = 130;
  process.once('SIGINT', () => controller.abort());
  // a cluster takes the node back, or the time is up
  process.once('SIGTERM', () => {
    interrupted = 143;
    controller.abort();
  });
  for (const name of positionals) {
    const complete = await runExperiment(experiments[name]!, {
      name,
      runs: values.runs === undefined ? undefined : parseRuns(values.runs),
      epochs: values.epochs === undefined ? undefined : Number(values.epochs),
      resume: values.resume,
      threads: values.threads === undefined ? undefined : Number(values.threads),
      signal: controller.signal,
      results,
      checkpoints: values.checkpoints ?? path.join(values.out ?? downloadFolder, 'checkpoints'),
      report: (line) => process.stderr.write(`${line}\n`),
    });
    if (!complete) {
      process.stderr.write(`${name} was interrupted; --resume goes on from its last full epoch\n`);
      return interrupted;
    }
  }
  return 0;
}

if (require.main === module) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
