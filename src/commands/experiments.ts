#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { downloadFolder } from '../datasets/cifar10';
import { experiments } from '../paper/experiments';
import { resultsFolder } from '../training/results';
import { maxEpochs, maxRuns } from '../training/streams';
import { runCommand } from './command';
import { defineCommand } from './description';
import { ensureTensorFlow } from './ensureTensorFlow';

/** `npm run experiments`. */
export const experimentsCommand = defineCommand({
  name: 'npm run experiments --',
  about:
    'Trains at full scale and writes data/results/NAME.json after every epoch. Runs are added to those already there.',
  flags: {
    runs: {
      kind: 'integers',
      placeholder: 'LIST',
      range: [0, maxRuns - 1],
      about: 'the runs to train, such as 0-4,7',
      default: "all of the experiment's",
    },
    epochs: {
      kind: 'integer',
      placeholder: 'N',
      range: [1, maxEpochs - 1],
      about: 'passes through the training images',
      default: "the experiment's own",
    },
    resume: { kind: 'boolean', about: 'go on from the checkpoints of an interrupted training' },
    threads: {
      kind: 'integer',
      placeholder: 'N',
      range: [1, Infinity],
      about: 'worker threads',
      default: 'one per processor of this machine',
    },
    out: {
      kind: 'folder',
      placeholder: 'DIR',
      about: 'where the results go, and the checkpoints into its checkpoints/',
      default: 'data/results, and data/downloads/checkpoints',
    },
    checkpoints: { kind: 'folder', placeholder: 'DIR', about: 'where the checkpoints alone go' },
    merge: {
      kind: 'boolean',
      about: 'add files of results that were made elsewhere; goes with --out only',
      excludes: ['runs', 'epochs', 'resume', 'threads', 'checkpoints'],
    },
    plan: {
      kind: 'boolean',
      about: 'print what the training costs, with one thread per processor, and do not train',
      excludes: ['resume', 'out', 'checkpoints', 'merge'],
    },
  },
  positionals: {
    placeholder: 'NAME',
    noun: 'experiment',
    several: true,
    filesWith: 'merge',
    choices: Object.fromEntries(
      Object.entries(experiments).map(([name, { about, runs, options }]) => [
        name,
        `${about}; ${runs} runs × ${options.epochs} epochs`,
      ]),
    ),
  },
  async run({ values, positionals }) {
    const results = values.out ?? resultsFolder;
    if (values.merge) {
      const { mergeResults } = await import('../training/mergeResults.js');
      await mergeResults(positionals, results);
      return 0;
    }
    if (values.plan) {
      const { formatPlan } = await import('../training/plan.js');
      for (const name of positionals) {
        const experiment = experiments[name]!;
        const runs = values.runs?.length ?? experiment.runs;
        const { epochs = experiment.options.epochs, threads: processors = availableParallelism() } = values;
        process.stdout.write(formatPlan(name, experiment, { runs, epochs, processors }));
      }
      return 0;
    }
    await ensureTensorFlow();
    const controller = new AbortController();
    let interrupted = 130;
    process.once('SIGINT', () => controller.abort());
    // a cluster takes the node back, or the time is up
    process.once('SIGTERM', () => {
      interrupted = 143;
      controller.abort();
    });
    const { runExperiment } = await import('../training/runExperiment.js');
    for (const name of positionals) {
      const complete = await runExperiment(experiments[name]!, {
        name,
        runs: values.runs,
        epochs: values.epochs,
        resume: values.resume,
        threads: values.threads,
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
  },
});

if (require.main === module) void runCommand(experimentsCommand, process.argv.slice(2));
