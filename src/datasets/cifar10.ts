import * as path from 'node:path';
import { requireText } from '../core/validation';
import { contentOf } from '../platform/files';
import { type DataSet, type DataSetSize, type ImageSet, sharedBytes } from './dataSet';
import { readChecksums, warnUnchecked } from './digests';

/** The official archive, as its page (https://www.cs.toronto.edu/~kriz/cifar.html) describes it. */
export const cifar10Archive = {
  address: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

/** The official binary files. */
export const cifar10Files = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
} as const;

/** The folder for downloaded data sets. */
export const downloadFolder = path.resolve(__dirname, '..', '..', 'data', 'downloads');

/** The folder of the unpacked archive, and the default folder of the loader. */
export const cifar10Folder = path.join(downloadFolder, 'cifar-10-batches-bin');

/** File with the data set's name, beside its files. `npm run data` writes it after checking the archive. */
export const nameFile = 'NAME.txt';

const [rows, columns, channels] = [32, 32, 3];
const record = 1 + rows * columns * channels;
const recordsAFile = 10_000;

export const cifar10Size: DataSetSize = {
  height: rows,
  width: columns,
  channels,
  classes: 10,
  train: cifar10Files.train.length * recordsAFile,
  test: cifar10Files.test.length * recordsAFile,
};

const advice = 'restore it from a copy, or run `npm run data -- cifar10` to get the official files';

/**
 * Loads CIFAR-10 (Krizhevsky 2009), for use with trainEnsemble: 50,000 training and 10,000 test images of ten
 * classes, 32 × 32 pixels, in colour. Download it first with `npm run data -- cifar10` (170 MB), which checks
 * the MD5.
 *
 * The data set has no licence; its author asks for a citation of "Learning Multiple Layers of Features from
 * Tiny Images". Files from another source are marked as of unknown origin in the name of the data set, unless
 * a file NAME.txt next to them contains a name. A file SHA256SUMS next to them, which `npm run data` writes too,
 * lists the SHA-256 of all of them, so that a single flipped bit is noticed; without it a warning is emitted (code
 * FRACMOMENT_UNCHECKED_DATA).
 * @param folder a folder with the official binary files `data_batch_1.bin` … `data_batch_5.bin` and
 *   `test_batch.bin`; default data/downloads/cifar-10-batches-bin.
 * @throws Error naming the file that is missing or damaged, and what to do.
 * @example
 * let problem = 'none';
 * try {
 *   loadCifar10();
 * } catch (error) {
 *   problem = error.message;
 * }
 * problem === 'none' || problem.includes('npm run data -- cifar10') // true
 */
export function loadCifar10(folder: string = cifar10Folder): DataSet {
  requireText('folder', folder);
  const check = readChecksums(folder);
  const read = (name: string): Uint8Array | undefined => {
    const content = contentOf(path.join(folder, name));
    if (content) check?.(name, content, advice);
    return content;
  };
  const name = read(nameFile);
  const data = {
    name: name ? new TextDecoder().decode(name).trim() : 'CIFAR-10 files of unknown origin',
    height: rows,
    width: columns,
    channels,
    classes: 10,
    train: readFiles(folder, cifar10Files.train, read),
    test: readFiles(folder, cifar10Files.test, read),
  };
  if (!check) warnUnchecked(folder);
  return data;
}

function readFiles(
  folder: string,
  names: readonly string[],
  read: (name: string) => Uint8Array | undefined,
): ImageSet {
  const count = names.length * recordsAFile;
  const images = sharedBytes(count * (record - 1));
  const labels = sharedBytes(count);
  names.forEach((name, i) => {
    const file = path.join(folder, name);
    const bytes = requireRecords(file, read(name));
    for (let at = 0; at < recordsAFile; at++) {
      const start = at * record;
      const label = bytes[start]!;
      if (label > 9)
        throw new Error(
          `${file} is damaged: image ${at} has the label ${label}, which is not in [0, 9]; ${advice}`,
        );
      const image = i * recordsAFile + at;
      labels[image] = label;
      copyInterleaved(bytes, start + 1, images, image * (record - 1));
    }
  });
  return { images, labels };
}

function requireRecords(file: string, bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes)
    throw new Error(
      `${file} is missing. In a clone of fracmoment \`npm run data -- cifar10\` downloads CIFAR-10 from ` +
        `${cifar10Archive.address} (${cifar10Archive.bytes} bytes, MD5 ${cifar10Archive.md5}; no licence is stated, its ` +
        'author asks for a citation). Elsewhere unpack it and pass its folder',
    );
  if (bytes.length !== recordsAFile * record)
    throw new Error(
      `${file} is damaged: it should have ${recordsAFile * record} bytes and has ${bytes.length}; ${advice}`,
    );
  return bytes;
}

/** Converts from one plane per channel, as in the file, to interleaved channels. */
function copyInterleaved(from: Uint8Array, start: number, to: Uint8Array, offset: number): void {
  const pixels = rows * columns;
  for (let channel = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < pixels; pixel++)
      to[offset + pixel * channels + channel] = from[start + channel * pixels + pixel]!;
}
