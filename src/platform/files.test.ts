import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import * as browser from './files.browser';
import { sha256 } from './sha256';
import { sha256 as sha256InBrowser } from './sha256.browser';

const host = Symbol.for('fracmoment.files');
const offered = globalThis as { [host]?: (file: string) => Uint8Array | undefined };
after(() => {
  delete offered[host];
});

test('in a browser, files are those that the program there offers', () => {
  const file = `${browser.ownFolder('data/results')}/mnist-relu.json`;
  assert.throws(() => browser.contentOf(file), {
    message:
      "fracmoment/data/results/mnist-relu.json cannot be read: a browser has no files, unless globalThis[Symbol.for('fracmoment.files')] reads some",
  });
  offered[host] = (name) => (name === file ? Uint8Array.of(1) : undefined);
  assert.deepEqual(browser.contentOf(file), Uint8Array.of(1));
  assert.equal(browser.contentOf(`${browser.mnistFolder()}/labels`), undefined);
  assert.throws(() => browser.unpacked('labels.gz'), /^Error: labels.gz cannot be unpacked in a browser/);
});

// Oracle: Node's own
test('SHA-256 in a browser is that of Node', () => {
  const equal = (content: string | Uint8Array) => assert.equal(sha256InBrowser(content), sha256(content));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), equal));
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), equal));
  // every length of a last block; a part of a buffer
  for (let length = 0; length <= 130; length++) equal(new Uint8Array(length + 3).fill(0xa5).subarray(3));
  equal(readFileSync(path.join(__dirname, '..', '..', 'data', 'golden.json')));
});
