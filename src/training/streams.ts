import { type RandomStream, randomStream } from '../core/random';

/** What a training run draws random numbers for. */
const purposes = ['weights', 'biases', 'convolutions', 'order', 'augmentation', 'noise'] as const;

/** A run's number is below this. */
export const maxRuns = 2 ** 20;
/** An epoch's number is below this. */
export const maxEpochs = 2 ** 16;

/**
 * The random numbers for one purpose in one epoch of one run: they depend on nothing else, so a run gives the same
 * numbers whichever runs are trained beside it, on whichever thread, and after a stop. Schemes share them.
 */
export function runStream(
  seed: number,
  run: number,
  epoch: number,
  purpose: (typeof purposes)[number],
): RandomStream {
  return randomStream(seed, (run * maxEpochs + epoch) * purposes.length + purposes.indexOf(purpose));
}
