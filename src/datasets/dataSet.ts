import { received, requireInteger, requireObject } from '../core/validation';

/** Images with their labels. */
export interface ImageSet {
  /** Pixels 0 … 255 of one image after the other, each row by row, the channels of a pixel together. */
  readonly images: Uint8Array;
  /** The class of each image, 0 … classes − 1. */
  readonly labels: Uint8Array;
}

/** A data set of images of one size, split into training and test images. */
export interface DataSet {
  /** The name that results carry, a lossy copy marked as such. */
  readonly name: string;
  /** Rows of an image. */
  readonly height: number;
  /** Columns of an image. */
  readonly width: number;
  /** Numbers a pixel: 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  /** Number of classes. */
  readonly classes: number;
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Zeros in memory that worker threads share with this one, so that no data set is copied. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/**
 * The first training and test images of a data set, for quick trials; the pixels are shared, not copied.
 * @param count how many of each, integers in [1, as many as there are]
 * @throws TypeError or RangeError naming the argument at fault.
 * @example
 * const small = firstImages(loadMnist(), { train: 6000, test: 1000 });
 * small.train.labels.length // 6000
 */
export function firstImages(data: DataSet, count: { train: number; test: number }): DataSet {
  requireDataSet(data);
  requireObject('count', count, 'an object { train, test }');
  const size = data.height * data.width * data.channels;
  const first = (name: string, { images, labels }: ImageSet, n: number): ImageSet => {
    requireInteger(name, n, { atLeast: 1, atMost: labels.length });
    return { images: images.subarray(0, n * size), labels: labels.subarray(0, n) };
  };
  return {
    ...data,
    name: `${data.name}, first ${count.train} training and ${count.test} test images`,
    train: first('count.train', data.train, count.train),
    test: first('count.test', data.test, count.test),
  };
}

/**
 * Returns `data` if it is a data set whose parts fit together.
 * @throws TypeError or RangeError naming the part at fault.
 */
export function requireDataSet(data: DataSet): DataSet {
  requireObject('data', data, 'a data set such as loadMnist() gives');
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
        `data.${part} must hold ${size} bytes an image; got ${images.length} bytes for ${labels.length} labels`,
      );
    const largest = labels.reduce((a, b) => Math.max(a, b), 0);
    if (largest >= data.classes)
      throw new RangeError(`data.${part}.labels must lie in [0, ${data.classes - 1}]; got ${largest}`);
  }
  return data;
}
