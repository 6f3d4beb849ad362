import * as path from 'node:path';
import { relu } from '../core/activations';
import { firstImages } from '../datasets/dataSet';
import { loadMnist, mnistSize } from '../datasets/mnist';
import { kaimingStd, xavierStd } from '../theory/std';
import type { Experiment } from './experiment';
import { readResults, type TrainingResults } from './results';
import type { Invocation } from './runExperiment';

/** An experiment whose runs take a second or two. */
export const smallExperiment: Experiment = {
  about: 'a small network on a slice of MNIST',
  data: () => firstImages(loadMnist(), { train: 1280, test: 100 }),
  size: { ...mnistSize, train: 1280, test: 100 },
  runs: 4,
  speed: 1000,
  options: {
    architecture: { activation: relu, depth: 6, width: 64, activationOnLogits: true, biases: 'pytorch' },
    schemes: { Kaiming: kaimingStd, Xavier: xavierStd },
    epochs: 8,
    optimizer: { learningRate: 0.05, momentum: 0.5 },
    threads: 2,
  },
};

/** How it is run in a folder. */
export function invocation(folder: string, more: Partial<Invocation> = {}): Invocation {
  return {
    name: 'small',
    resume: false,
    signal: new AbortController().signal,
    results: path.join(folder, 'results'),
    checkpoints: path.join(folder, 'checkpoints'),
    report: () => {},
    ...more,
  };
}

/** The results it has written there. */
export function resultsIn(folder: string): TrainingResults {
  return readResults(path.join(folder, 'results', 'small.json'));
}

/** The digests of the complete trainings among them, by run. */
export function digestsIn(folder: string): Record<string, string> {
  return Object.assign({}, ...resultsIn(folder).shards.map(({ digests = {} }) => digests));
}
