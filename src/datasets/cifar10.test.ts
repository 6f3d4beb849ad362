import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { flippedBit } from '../platform/flippedBit.testData';
import { cifar10Files, loadCifar10 } from './cifar10';
import { requireDataSet } from './dataSet';
import { formatChecksums, readChecksums } from './digests';
import { fetchCifar10 } from './fetchCifar10';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-cifar-'));
after(() => rmSync(folder, { recursive: true }));

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
    /data_batch_1.bin is missing. In a clone of fracmoment `npm run data -- cifar10` downloads CIFAR-10 from https.*MD5 c32a1d4a/,
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
  rmSync(path.join(copy, 'data_batch_3.bin'));
  mkdirSync(path.join(copy, 'data_batch_3.bin'));
  assert.throws(() => loadCifar10(copy), /data_batch_3.bin is a folder; a file is expected there$/);
  rmSync(copy, { recursive: true });
});

test('checksums: a flipped bit in a file or in the list is refused, naming the file or the list', () => {
  const small = path.join(folder, 'checksums');
  mkdirSync(small);
  const files: Record<string, Buffer> = {
    'a.bin': Buffer.from('some bytes'),
    'NAME.txt': Buffer.from('a copy\n'),
  };
  const list = formatChecksums(files);
  // the format of the command sha256sum; the digest of "abc" is that of FIPS 180-4, appendix
  assert.equal(
    formatChecksums({ x: 'abc' }),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  x\n',
  );
  files.SHA256SUMS = Buffer.from(list);
  const checkAll = (contents: Record<string, Buffer>) => {
    writeFileSync(path.join(small, 'SHA256SUMS'), contents.SHA256SUMS!);
    const check = readChecksums(small)!;
    for (const name of ['a.bin', 'NAME.txt']) check(name, contents[name]!, 'advice');
  };
  checkAll(files);
  for (const [name, content] of Object.entries(files))
    fc.assert(
      fc.property(flippedBit(content), (flipped) => {
        assert.throws(
          () => checkAll({ ...files, [name]: flipped }),
          ({ message }: Error) => message.startsWith(small) && message.includes(name),
        );
      }),
      { seed: 4, numRuns: 300 },
    );
});

test('CIFAR-10: a flipped bit in a file is refused by its name; without checksums a warning says so', async () => {
  const copy = path.join(folder, 'cifar-checked');
  mkdirSync(copy);
  const files: Record<string, Buffer | string> = { 'NAME.txt': 'a copy\n' };
  const batch = fakeBatch();
  for (const name of names) files[name] = batch;
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(copy, name), content);
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  loadCifar10(copy);
  await setImmediate(); // warnings come after a turn
  assert.match(warnings.at(-1)!, /cifar-checked has no SHA256SUMS, so damaged files there are not noticed/);
  writeFileSync(path.join(copy, 'SHA256SUMS'), formatChecksums(files));
  assert.equal(loadCifar10(copy).name, 'a copy');
  for (const [name, content] of Object.entries(files)) {
    const [flipped] = fc.sample(flippedBit(Buffer.from(content)), { seed: 5, numRuns: 1 });
    writeFileSync(path.join(copy, name), flipped!);
    assert.throws(
      () => loadCifar10(copy),
      ({ message }: Error) =>
        message.startsWith(`${path.join(copy, name)} is damaged`) &&
        message.includes('restore it from a copy'),
    );
    writeFileSync(path.join(copy, name), content);
  }
  writeFileSync(path.join(copy, 'SHA256SUMS'), formatChecksums({ 'NAME.txt': 'a copy\n' }));
  assert.throws(
    () => loadCifar10(copy),
    /SHA256SUMS does not list data_batch_1.bin, or is damaged; .*sha256sum \*.bin/,
  );
  rmSync(copy, { recursive: true });
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
    const offline = { address: 'http://127.0.0.1:1', md5 };
    const { target: unpacked } = await fetchCifar10(target, offline);
    assert.deepEqual(readdirSync(unpacked).sort(), ['NAME.txt', 'SHA256SUMS', ...names].sort());
    assert.equal(loadCifar10(unpacked).name, 'CIFAR-10');
    assert.deepEqual(await fetchCifar10(target, offline), { target: unpacked });
    // and takes the place of damaged files, which are kept
    const setAside = path.join(target, 'cifar-10-batches-bin-damaged-2');
    mkdirSync(path.join(target, 'cifar-10-batches-bin-damaged')); // of an earlier time
    writeFileSync(path.join(unpacked, 'test_batch.bin'), 'damaged');
    assert.deepEqual(await fetchCifar10(target, offline), { target: unpacked, setAside });
    assert.equal(readFileSync(path.join(setAside, 'test_batch.bin'), 'utf8'), 'damaged');
    assert.equal(loadCifar10(unpacked).name, 'CIFAR-10');
  } finally {
    server.close();
  }
});

test('a fetch that is killed leaves a draft, which the next one removes', async () => {
  const target = path.join(folder, 'killed');
  const server = createServer((_, response) => {
    response.write('the beginning of an archive');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const call = `require('./fetchCifar10').fetchCifar10(${JSON.stringify(target)}, { address: '${address}', md5: '' })`;
    const child = spawn(process.execPath, ['-e', call], { cwd: __dirname, stdio: 'inherit' });
    const drafts = () => (existsSync(target) ? readdirSync(target) : []);
    while (drafts().length === 0) await delay(20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.match(drafts().join(), /^fracmoment-.*\.tmp$/);
    await assert.rejects(
      fetchCifar10(target, { address: 'http://127.0.0.1:1', md5: '' }),
      /cannot be downloaded/,
    );
    assert.deepEqual(drafts(), []);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
