import { requireText } from '../core/validation';
import { contentOf, isFolder, unpacked } from '../platform/files';
import { type DataSet, type ImageSet, sharedBytes } from './dataSet';

/** The names of the four files, as MNIST has them. */
export const idxNames = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

/**
 * Loads a data set whose files are named and formatted as those of MNIST, such as Fashion-MNIST or KMNIST, for use
 * with trainEnsemble. The number of classes is the largest label plus one. Plain files carry no checksum, gzipped
 * ones do; for MNIST itself use `loadMnist`, which compares the files with the official ones.
 *
 * A browser has no files; the program that runs there may offer some by the function
 * `globalThis[Symbol.for('fracmoment.files')]`, from a path to the content of the file (a Uint8Array, unpacked) or undefined.
 * @param folder a folder with the four IDX files of unsigned bytes `train-images-idx3-ubyte`,
 *   `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`; also spelled with a dot, as in
 *   `train-images.idx3-ubyte`, and gzipped as `.gz`
 * @param name the name of the data set in results
 * @throws TypeError naming the invalid argument; Error naming the file that is missing, damaged or of another format.
 * @example
 * let problem = 'none';
 * try {
 *   loadIdx('fashion-mnist', 'Fashion-MNIST');
 * } catch (error) {
 *   problem = error.message;
 * }
 * problem.includes('train-images-idx3-ubyte is missing') // true
 */
export function loadIdx(folder: string, name: string): DataSet {
  return readDataSet(requireText('folder', folder), requireText('name', name), () => {});
}

/** Called with the path, the name as in `idxNames` and the unpacked content of a file; throws if it is not accepted. */
type Check = (file: string, name: string, content: Uint8Array) => void;

/** The data set of the four files in a folder, each accepted by `check`. */
export function readDataSet(folder: string, name: string, check: Check): DataSet {
  const train = readPart(folder, idxNames.train, check);
  const test = readPart(folder, idxNames.test, check);
  const [height, width] = train.size;
  if (String(test.size) !== String(train.size))
    throw new Error(
      `the training images in ${folder} have ${train.size.join(' × ')} pixels, but the test images ${test.size.join(' × ')}`,
    );
  const largest = [train, test].flatMap(({ set }) => [...set.labels]).reduce((a, b) => Math.max(a, b), 0);
  return {
    name,
    height,
    width,
    channels: 1,
    classes: largest + 1,
    train: train.set,
    test: test.set,
  };
}

function readPart(
  folder: string,
  names: (typeof idxNames)['train' | 'test'],
  check: Check,
): { set: ImageSet; size: [height: number, width: number] } {
  const [images, labels] = [readIdx(folder, names.images, 3, check), readIdx(folder, names.labels, 1, check)];
  const [count, height, width] = images.dimensions as [number, number, number];
  if (labels.dimensions[0] !== count)
    throw new Error(
      `${folder}/${names.images} has ${count} images, but ${names.labels} has ${labels.dimensions[0]} labels`,
    );
  return { set: { images: images.values, labels: labels.values }, size: [height, width] };
}

/** The dimensions and values of an IDX file of unsigned bytes: 0, 0, 8, their number, each in 4 bytes, the values. */
function readIdx(
  folder: string,
  name: string,
  rank: number,
  check: Check,
): { dimensions: number[]; values: Uint8Array } {
  const { file, content } = find(folder, name);
  const header = 4 * (1 + rank);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length < header || view.getUint32(0) !== 0x0800 + rank)
    throw new Error(`${file} is not an IDX file of unsigned bytes in ${rank} dimensions`);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 * (i + 1)));
  const length = header + dimensions.reduce((a, b) => a * b);
  if (content.length !== length || length === header)
    throw new Error(
      `${file} is damaged: of ${dimensions.join(' × ')} values it should have ${length} bytes unpacked and has ${content.length}`,
    );
  check(file, name, content);
  const values = sharedBytes(length - header);
  values.set(content.subarray(header));
  return { dimensions, values };
}

/** The file of this name, in either spelling, plain or gzipped. */
function find(folder: string, name: string): { file: string; content: Uint8Array } {
  const dotted = name.replace('-idx', '.idx');
  const candidates = [name, dotted, `${name}.gz`, `${dotted}.gz`].map((one) => `${folder}/${one}`);
  for (const file of candidates.filter((candidate) => !isFolder(candidate))) {
    const content = contentOf(file);
    if (content) return { file, content: file.endsWith('.gz') ? unpacked(file, content) : content };
  }
  const folderThere = candidates.find(isFolder);
  throw new Error(
    folderThere === undefined
      ? `${candidates[0]} is missing, and so are ${dotted}, ${name}.gz and ${dotted}.gz`
      : `${folderThere} is a folder; a file is expected there`,
  );
}
