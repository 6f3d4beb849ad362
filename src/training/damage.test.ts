// A flipped bit is the least damage there can be: what notices every one of them notices more.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import type { DataSet } from '../datasets/dataSet';
import { flippedBit } from '../platform/flippedBit.testData';
import { runAndKill, stopBeforeRename } from '../platform/killed.testData';
import { sha256 } from '../platform/sha256';
import { type Checkpoints, loadCheckpoint, openCheckpoints, saveCheckpoints } from './checkpoint';
import { emptyCurve } from './curves';
import { mergeResults } from './mergeResults';
import { readResults, resultsFolder, withDigest } from './results';
import type { Settings } from './settings';
import type { RunProgress } from './train';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-damage-'));
after(() => rmSync(folder, { recursive: true }));

const committed = readdirSync(resultsFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .map((name) => path.join(resultsFolder, name));

test('all committed results end with the SHA-256 of what is above it', () => {
  assert.ok(committed.length >= 24);
  for (const file of committed) {
    const text = readFileSync(file, 'utf8');
    assert.equal(withDigest(text.replace(/,\n "sha256": "[0-9a-f]{64}"(?=\n}\n$)/, '')), text, file);
  }
});

test('a flipped bit anywhere in a results file is refused by the name of the file, which stays', () => {
  const original = readFileSync(path.join(resultsFolder, 'cifar10-relu.json'));
  const file = path.join(folder, 'flipped.json');
  fc.assert(
    fc.property(flippedBit(original), (flipped) => {
      writeFileSync(file, flipped);
      assert.throws(
        () => readResults(file),
        ({ message }: Error) =>
          message.startsWith(`${file} does not contain`) && message.includes('git restore'),
      );
      assert.deepEqual(readFileSync(file), flipped);
    }),
    { seed: 1, numRuns: 500 },
  );
  // and in each byte of the last line, which holds the digest
  for (let at = original.length - 90; at < original.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(original);
      flipped[at]! ^= 1 << bit;
      writeFileSync(file, flipped);
      assert.throws(() => readResults(file), `byte ${at}, bit ${bit}`);
    }
});

test('results written without a digest, as by earlier versions, are read and merged', async () => {
  const source = path.join(resultsFolder, 'shards', 'cifar10-relu', 'run-0.json');
  const old = path.join(folder, 'old.json');
  writeFileSync(old, readFileSync(source, 'utf8').replace(/,\n "sha256": ".*"/, ''));
  assert.doesNotMatch(readFileSync(old, 'utf8'), /sha256/);
  assert.deepEqual(readResults(old), readResults(source));
  const merged = path.join(folder, 'merged');
  await mergeResults([old, source], merged);
  assert.deepEqual(
    readResults(path.join(merged, 'cifar10-relu.json')).curves.map(({ scheme }) => scheme),
    readResults(source).curves.map(({ scheme }) => scheme),
  );
});

test('a damaged shard is named, and the others can be merged', async () => {
  const shards = path.join(resultsFolder, 'shards', 'cifar10-relu');
  const [intact, damaged] = ['run-1.json', 'run-2.json'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  for (const file of [intact, damaged]) copyFileSync(path.join(shards, path.basename(file)), file);
  const bytes = readFileSync(damaged);
  bytes[bytes.indexOf('0.1')]! ^= 1;
  writeFileSync(damaged, bytes);
  const results = path.join(folder, 'rest');
  await assert.rejects(mergeResults([intact, damaged], results), /run-2.json .* is damaged \(its SHA-256/);
  await mergeResults([intact], results);
  assert.deepEqual(
    [...new Set(readResults(path.join(results, 'cifar10-relu.json')).curves.map(({ run }) => run))],
    [1],
  );
});

test('a folder in the place of a results file is named', () => {
  assert.throws(() => readResults(folder), {
    message: /^\/.*fracmoment-damage-.* is a folder; a file is expected there$/,
  });
});

/** Checkpoints of a training that does not exist, and the progress of one of its runs. */
function someCheckpoints(name: string): { checkpoints: Checkpoints; progress: RunProgress } {
  const settings = { epochs: 2, learningRates: [0.1, 0.05], seed: 1 } as unknown as Settings;
  const images = { images: Uint8Array.of(1, 2), labels: Uint8Array.of(0, 1) };
  const data = { train: images, test: images } as unknown as DataSet;
  const curve = { ...emptyCurve('Kaiming', 3), testLoss: [2.3, 1.9] };
  const state = { parameters: [[Float32Array.of(1, 2, 3)]], velocities: [], learningRate: 0.1 };
  return {
    checkpoints: openCheckpoints(path.join(folder, name), settings, data),
    progress: { run: 3, state, curves: [curve] },
  };
}

test('a flipped bit anywhere in a checkpoint is refused by the name of the file, which stays', () => {
  const { checkpoints, progress } = someCheckpoints('flipped');
  saveCheckpoints(checkpoints, [progress, { ...progress, run: 4 }]);
  assert.deepEqual(loadCheckpoint(checkpoints, 3), progress);
  const file = path.join(checkpoints.folder, 'run-3.ckpt');
  const original = readFileSync(file);
  fc.assert(
    fc.property(flippedBit(original), (flipped) => {
      writeFileSync(file, flipped);
      assert.throws(
        () => loadCheckpoint(checkpoints, 3),
        ({ message }: Error) => message.startsWith(`${file} is damaged`) && message.includes('move it away'),
      );
      assert.deepEqual(readFileSync(file), flipped);
    }),
    { seed: 2, numRuns: 1000 },
  );
  assert.equal(loadCheckpoint(checkpoints, 4)!.run, 4, 'the other run goes on');
  writeFileSync(file, '');
  assert.throws(() => loadCheckpoint(checkpoints, 3), /run-3.ckpt is damaged/);
});

test('a checkpoint of a version that rounds otherwise is refused, with or without a first line', () => {
  const { checkpoints, progress } = someCheckpoints('earlier');
  const file = path.join(checkpoints.folder, 'run-3.ckpt');
  saveCheckpoints(checkpoints, [progress]);
  const bytes = readFileSync(file);
  const { arithmetic, ...older } = deserialize(bytes.subarray(bytes.indexOf('\n') + 1));
  assert.equal(arithmetic, 2);
  for (const content of [serialize(older), serialize({ ...older, arithmetic: 3 })]) {
    for (const line of ['', `fracmoment checkpoint, SHA-256 ${sha256(content)}\n`]) {
      writeFileSync(file, Buffer.concat([Buffer.from(line), content]));
      assert.throws(() => loadCheckpoint(checkpoints, 3), {
        message: /run-3.ckpt was written by another version, which rounds otherwise; .*move the file away/,
      });
    }
  }
});

test('a training that is killed while it saves keeps its checkpoints; the next save cleans up', async () => {
  const { checkpoints, progress } = someCheckpoints('killed');
  saveCheckpoints(checkpoints, [progress]);
  const program = `${stopBeforeRename}
    const { loadCheckpoint, saveCheckpoints } = require('./checkpoint');
    const checkpoints = ${JSON.stringify(checkpoints)};
    const progress = loadCheckpoint(checkpoints, 3);
    saveCheckpoints(checkpoints, [progress, { ...progress, run: 4 }]);`;
  await runAndKill(program, __dirname);
  assert.equal(readdirSync(checkpoints.folder).length, 3, 'a checkpoint and two drafts');
  assert.deepEqual(loadCheckpoint(checkpoints, 3), progress);
  // what a process of its own does that starts again
  const again = `const { loadCheckpoint, saveCheckpoints } = require('./checkpoint');
    const checkpoints = ${JSON.stringify(checkpoints)};
    saveCheckpoints(checkpoints, [loadCheckpoint(checkpoints, 3)]);`;
  await once(spawn(process.execPath, ['-e', again], { cwd: __dirname, stdio: 'inherit' }), 'exit');
  assert.deepEqual(readdirSync(checkpoints.folder), ['run-3.ckpt']);
});
