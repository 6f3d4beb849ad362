/**
 * The training history of one network. Every list is indexed by epoch. Epoch 0 is before training, where the
 * training measures are NaN. After a network has diverged, all values are NaN.
 */
export interface NetworkCurve {
  /** Name of the initialization scheme. */
  scheme: string;
  /** Number of the run; the networks of a run are trained on the same batches in the same order. */
  run: number;
  /** Mean cross-entropy over the training images of the epoch, each evaluated before its training step. */
  trainLoss: number[];
  /** Mean cross-entropy over the last batch of the epoch, which is what the authors report. */
  lastBatchLoss: number[];
  /** Share of correctly classified training images of the epoch, each evaluated before its training step. */
  trainAccuracy: number[];
  /** Mean cross-entropy over all test images. */
  testLoss: number[];
  /**
   * Mean cross-entropy over the last test batch (16 images of MNIST for batch size 128), as the authors
   * report.
   */
  lastTestBatchLoss: number[];
  /** Share of correctly classified test images. */
  testAccuracy: number[];
  /**
   * Number of dead output units, whose pre-activation is not positive for any test image. With ReLU on the
   * logits they cannot learn.
   */
  deadOutputs: number[];
}

/** The measures of a curve. */
export const measures = [
  'trainLoss',
  'lastBatchLoss',
  'trainAccuracy',
  'testLoss',
  'lastTestBatchLoss',
  'testAccuracy',
  'deadOutputs',
] as const;

/** A curve without any epochs. */
export function emptyCurve(scheme: string, run: number): NetworkCurve {
  return {
    scheme,
    run,
    trainLoss: [],
    lastBatchLoss: [],
    trainAccuracy: [],
    testLoss: [],
    lastTestBatchLoss: [],
    testAccuracy: [],
    deadOutputs: [],
  };
}
