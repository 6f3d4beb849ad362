import { type Network, sizedNetwork } from './architecture';
import { measures } from './curves';
import type { Experiment } from './experiment';
import { runsPerProgram } from './programs';

/** What an experiment costs. */
export interface Plan {
  /** Number of networks: one per run and scheme. */
  networks: number;
  /** Steps of gradient descent, summed over the networks. */
  networkSteps: number;
  /** Hours of training, with one thread per processor. */
  hours: number;
  /** Peak memory of one process with that many threads, in bytes. */
  memory: number;
  /** Size of the results file, in bytes. */
  results: number;
  /** Size of the checkpoints, which are kept until the training is complete, in bytes. */
  checkpoints: number;
}

/** The processor on which `Experiment.speed` was measured, by `npm run bench -- experiments`. */
export const measuredOn = 'AMD EPYC (AVX-512), while it was busy with other work too';

/** Memory of Node and TensorFlow, and of each thread, in bytes. */
const [processMemory, threadMemory] = [250e6, 80e6];

/**
 * Plans an experiment before anything is loaded or trained. The number of network-steps is exact. The hours follow from
 * the measured speed of one processor, of which each trains its share of the runs. The memory is a fit to measured peaks:
 * 250 MB, the data, 80 MB per thread and, for each network that is trained at the same time, its parameters and 3.2
 * batches of the outputs of all its layers, in single precision.
 * @param runs number of runs
 * @param processors number of processors, each with one thread; more than there are runs do not help
 */
export function planned(
  { options, size, speed }: Experiment,
  { runs, epochs, processors }: { runs: number; epochs: number; processors: number },
): Plan {
  const { architecture, schemes, batchSize = 128, optimizer } = options;
  const schemeCount = Object.keys(schemes).length;
  const networks = runs * schemeCount;
  const stepsPerNetwork = epochs * Math.ceil(size.train / batchSize);
  const runsEach = Math.ceil(runs / processors);
  const { parameters, outputs } = counts(sizedNetwork(architecture, size));
  const trainedAtOnce =
    Math.min(processors, runs) * Math.min(runsEach, runsPerProgram(schemeCount)) * schemeCount;
  const pixels = size.height * size.width * size.channels;
  const values = measures.length * (epochs + 1);
  const saved = 4 * parameters * (optimizer.momentum ? 2 : 1);
  return {
    networks,
    networkSteps: networks * stepsPerNetwork,
    hours: (runsEach * schemeCount * stepsPerNetwork) / speed / 3600,
    memory:
      processMemory +
      threadMemory * Math.min(processors, runs) +
      (size.train + size.test) * (pixels + 1) +
      trainedAtOnce * 4 * (parameters + 3.2 * batchSize * outputs),
    results: 1500 + networks * (100 + 8 * values),
    checkpoints: networks * (saved + 9 * values),
  };
}

/** The numbers of parameters of a network, and of outputs of its layers for one image. */
function counts({ image, convolutions, sizes }: Network): { parameters: number; outputs: number } {
  let { height, width, channels } = image;
  let parameters = 0;
  let outputs = 0;
  for (const { size, channels: out } of convolutions) {
    parameters += (size * size * channels + 1) * out;
    [height, width] = [height - size + 1, width - size + 1];
    outputs += height * width * out;
    [height, width, channels] = [Math.floor(height / 2), Math.floor(width / 2), out];
    outputs += height * width * out;
  }
  for (const [i, fanOut] of sizes.slice(1).entries()) {
    parameters += (sizes[i]! + 1) * fanOut;
    outputs += fanOut;
  }
  return { parameters, outputs };
}

const decimals = (value: number, digits: number) =>
  value.toLocaleString('en', { maximumSignificantDigits: digits });

/** A plan in words. */
export function formatPlan(
  name: string,
  experiment: Experiment,
  { runs, epochs, processors }: { runs: number; epochs: number; processors: number },
): string {
  const plan = planned(experiment, { runs, epochs, processors });
  const alone = planned(experiment, { runs: 1, epochs, processors: 1 });
  const hours = (value: number) => `${decimals(value, 2)} hours`;
  const bytes = (value: number) =>
    value < 1e9 ? `${decimals(value / 1e6, 2)} MB` : `${decimals(value / 1e9, 2)} GB`;
  const on = processors === 1 ? '1 processor' : `${decimals(processors, 6)} processors`;
  return [
    `${name}: ${runs} runs × ${plan.networks / runs} schemes × ${epochs} epochs`,
    `  work         ${decimals(plan.networkSteps, 15)} network-steps`,
    `  time         ${hours(plan.hours)} on ${on}; ${hours(alone.hours)} with one for each run`,
    `  memory       ${bytes(plan.memory)} in one process; ${bytes(alone.memory)} in one of a single run`,
    `  disk         ${bytes(plan.results)} of results; ${bytes(plan.checkpoints)} of checkpoints until it is complete`,
    `At ${experiment.speed} network-steps/s per processor, as measured on ${measuredOn}.`,
    '',
  ].join('\n');
}
