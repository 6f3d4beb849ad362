/**
 * What became of one network. Every list is indexed by the epoch; epoch 0 is before training, where the lists about
 * training have NaN. A network that diverged has NaN everywhere from then on.
 */
export interface NetworkCurve {
  /** The initialization scheme's name. */
  scheme: string;
  /** The run's number; networks of one run met the same batches in the same order. */
  run: number;
  /** Mean cross-entropy of the epoch's training images, each before the step that it took part in. */
  trainLoss: number[];
  /** The same of the epoch's last batch alone, which is what the authors report. */
  lastBatchLoss: number[];
  /** Share of the epoch's training images classified rightly, each before the step that it took part in. */
  trainAccuracy: number[];
  /** Mean cross-entropy of all test images. */
  testLoss: number[];
  /** The same of the last test batch alone (16 images of MNIST in batches of 128), which the authors report. */
  lastTestBatchLoss: number[];
  /** Share of all test images classified rightly. */
  testAccuracy: number[];
  /** Output units whose pre-activation is positive for no test image: with ReLU on the logits they cannot learn. */
  deadOutputs: number[];
}

/** The lists of a curve. */
export const measures = [
  'trainLoss',
  'lastBatchLoss',
  'trainAccuracy',
  'testLoss',
  'lastTestBatchLoss',
  'testAccuracy',
  'deadOutputs',
] as const;

/** A curve without any epoch yet. */
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
