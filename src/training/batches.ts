import type { RandomStream } from '../core/random';
import type { DataSet } from '../datasets/dataSet';

/** Scaling of pixels in [0, 255] to inputs: (pixel/255 − mean)/std. */
export interface PixelScale {
  mean: number;
  std: number;
}

/** Random crop and random horizontal flip of each training image. */
export interface Augmentation {
  /** Number of pixels of value 0 added on each side before cropping to the original size; an integer ≥ 0. */
  padding: number;
}

/** Copies images as scaled pixels. */
export interface ImageReader {
  /** Copies the image at `index` to `out` at `offset`. */
  copy(images: Uint8Array, index: number, out: Float32Array, offset: number): void;
  /** Does the same with a random crop and flip. */
  copyAugmented(
    images: Uint8Array,
    index: number,
    out: Float32Array,
    offset: number,
    random: RandomStream,
    augmentation: Augmentation,
  ): void;
  /** Number of values per image. */
  size: number;
}

export function imageReader(data: DataSet, { mean, std }: PixelScale): ImageReader {
  const { height, width, channels } = data;
  const size = height * width * channels;
  const scaled = Float32Array.from({ length: 256 }, (_, pixel) => (pixel / 255 - mean) / std);
  return {
    size,
    copy(images, index, out, offset) {
      const start = index * size;
      for (let i = 0; i < size; i++) out[offset + i] = scaled[images[start + i]!]!;
    },
    copyAugmented(images, index, out, offset, random, { padding }) {
      const start = index * size;
      const places = 2 * padding + 1;
      const down = Math.floor(random.uniform() * places) - padding;
      const right = Math.floor(random.uniform() * places) - padding;
      const flip = random.uniform() < 0.5;
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const fromRow = row + down;
          const fromColumn = (flip ? width - 1 - column : column) + right;
          const inside = fromRow >= 0 && fromRow < height && fromColumn >= 0 && fromColumn < width;
          const from = start + (fromRow * width + fromColumn) * channels;
          const to = offset + (row * width + column) * channels;
          for (let channel = 0; channel < channels; channel++)
            out[to + channel] = scaled[inside ? images[from + channel]! : 0]!;
        }
    },
  };
}

/** A random permutation of 0, …, n − 1 (Fisher and Yates). */
export function shuffled(n: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
