import { type RandomStream, randomStream } from '../core/random';

/** The uses of random numbers in a training run. */
const purposes = ['weights', 'biases', 'convolutions', 'order', 'augmentation', 'noise'] as const;

/** Upper bound (exclusive) of run numbers. */
export const maxRuns = 2 ** 20;
/** Upper bound (exclusive) of epoch numbers. */
export const maxEpochs = 2 ** 16;

/**
 * The random stream for one purpose in one epoch of one run: docs/theory.md, equation (79). It does not
 * depend on the other runs, the thread or interruptions. The schemes of a run share it.
 */
export function runStream(
  seed: number,
  run: number,
  epoch: number,
  purpose: (typeof purposes)[number],
): RandomStream {
  return randomStream(seed, (run * maxEpochs + epoch) * purposes.length + purposes.indexOf(purpose));
}
