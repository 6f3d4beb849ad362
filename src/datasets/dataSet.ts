import { received, requireInteger, requireObject, requireOptions, requireText } from '../core/validation';

/** Images with their labels. */
export interface ImageSet {
  /** Pixels in [0, 255], as [image, row, column, channel] in row-major order. */
  readonly images: Uint8Array;
  /** The class of each image, in [0, classes − 1]. */
  readonly labels: Uint8Array;
}

/** A data set of images of equal size, with training and test images. */
export interface DataSet {
  /** Name of the data set in results. */
  readonly name: string;
  /** Number of rows of an image. */
  readonly height: number;
  /** Number of columns of an image. */
  readonly width: number;
  /** Number of channels: 1 for greyscale, 3 for RGB. */
  readonly channels: number;
  /** Number of classes. */
  readonly classes: number;
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** The sizes of a data set, which are known before it is loaded: those of its images, their classes and their number. */
export interface DataSetSize extends Omit<DataSet, 'name' | 'train' | 'test'> {
  readonly train: number;
  readonly test: number;
}

/**
 * Zeros in shared memory, so that worker threads do not copy the data set. Most pages of browsers have no shared memory, and
 * training there needs none.
 */
export function sharedBytes(length: number): Uint8Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Uint8Array(length)
    : new Uint8Array(new SharedArrayBuffer(length));
}

/**
 * Returns a data set with the first training and test images only, for quick experiments. The pixels are not
 * copied.
 * @param data the full data set
 * @param count the numbers of training and test images, integers in [1, size of the data set]
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const small = firstImages(loadMnist(), { train: 6000, test: 1000 });
 * small.train.labels.length // 6000
 */
export function firstImages(data: DataSet, count: { train: number; test: number }): DataSet {
  requireDataSet(data);
  requireOptions('count', count, ['train', 'test']);
  const size = data.height * data.width * data.channels;
  const first = (name: string, { images, labels }: ImageSet, n: number): ImageSet => {
    requireInteger(name, n, { atLeast: 1, atMost: labels.length });
    return { images: images.subarray(0, n * size), labels: labels.subarray(0, n) };
  };
  const [train, test] = [
    first('count.train', data.train, count.train),
    first('count.test', data.test, count.test),
  ];
  const name = `${data.name}, first ${count.train} training and ${count.test} test images`;
  return { ...data, name, train, test };
}

/**
 * Returns `data` if it is a consistent data set.
 * @throws TypeError or RangeError naming the invalid part.
 */
export function requireDataSet(data: DataSet): DataSet {
  requireObject('data', data, 'a data set, such as loadMnist()');
  requireText('data.name', data.name);
  for (const name of ['height', 'width', 'channels'] as const)
    requireInteger(`data.${name}`, data[name], { atLeast: 1 });
  requireInteger('data.classes', data.classes, { atLeast: 2, atMost: 256 });
  const size = data.height * data.width * data.channels;
  for (const part of ['train', 'test'] as const) {
    requireObject(`data.${part}`, data[part], 'an object { images, labels }');
    const { images, labels } = data[part];
    for (const [name, bytes] of Object.entries({ images, labels }))
      if (!(bytes instanceof Uint8Array))
        throw new TypeError(`data.${part}.${name} must be a Uint8Array; got ${received(bytes)}`);
    if (labels.length === 0 || images.length !== labels.length * size)
      throw new RangeError(
        `data.${part} must have ${size} bytes per image; got ${images.length} bytes for ${labels.length} labels`,
      );
    const largest = labels.reduce((a, b) => Math.max(a, b), 0);
    if (largest >= data.classes)
      throw new RangeError(`data.${part}.labels must lie in [0, ${data.classes - 1}]; got ${largest}`);
  }
  return data;
}
