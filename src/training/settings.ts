import type { Network } from './architecture';
import type { Augmentation, PixelScale } from './batches';

/** Settings of stochastic gradient descent, as in torch.optim.SGD: docs/theory.md, equation (84). */
export interface Descent {
  /** 0 for none; v ← momentum · v + gradient, w ← w − learningRate · v. */
  momentum: number;
  /** 0 for none; weightDecay · w is added to the gradient of every parameter w, including biases. */
  weightDecay: number;
}

/**
 * The version of the arithmetic of training, recorded in checkpoints and results. It rises when the order of additions
 * changes: the results of a run then differ by rounding, which training amplifies, so that a training must not go on from
 * one of another version. Version 1 was not recorded; version 2 has the images in rows.
 */
export const arithmetic = 2;

/** The settings that determine the results of a run, in a form that can be sent to a worker thread. */
export interface Settings {
  network: Network;
  /** Weight standard deviations of the fully connected layers, by scheme name. */
  stds: Readonly<Record<string, readonly number[]>>;
  batchSize: number;
  epochs: number;
  descent: Descent;
  /** The learning rate of each epoch, 1 … epochs. */
  learningRates: readonly number[];
  pixels: PixelScale;
  augmentation: Augmentation | undefined;
  seed: number;
}
