import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { isTest, sourceFiles } from '../checks/imports';
import * as engine from '../kernel/engine';
import * as engineBrowser from '../kernel/engine.browser';
import * as nodeOnly from '../nodeOnly';
import * as nodeOnlyBrowser from '../nodeOnly.browser';
import * as files from '../platform/files';
import * as filesBrowser from '../platform/files.browser';
import * as runtime from '../platform/runtime';
import * as runtimeBrowser from '../platform/runtime.browser';
import * as sha256 from '../platform/sha256';
import * as sha256Browser from '../platform/sha256.browser';
import * as backend from '../tensorflow/backend';
import * as backendBrowser from '../tensorflow/backend.browser';
import * as trainer from '../training/trainer';
import * as trainerBrowser from '../training/trainer.browser';
import { entries } from './entries';

const root = path.resolve(__dirname, '..', '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};

// the compiler refuses a twin that cannot take the place of its original
const twins: [name: string, original: object, twin: object][] = [
  ['kernel/engine', engine, engineBrowser satisfies typeof engine],
  ['nodeOnly', nodeOnly, nodeOnlyBrowser satisfies typeof nodeOnly],
  ['platform/files', files, filesBrowser satisfies typeof files],
  ['platform/runtime', runtime, runtimeBrowser satisfies typeof runtime],
  ['platform/sha256', sha256, sha256Browser satisfies typeof sha256],
  ['tensorflow/backend', backend, backendBrowser satisfies typeof backend],
  ['training/trainer', trainer, trainerBrowser satisfies typeof trainer],
];

test('every module with a twin for the browser exports what the twin exports', () => {
  const files = sourceFiles().flatMap(({ file }) => /^(.*)\.browser\.ts$/.exec(file)?.[1] ?? []);
  assert.deepEqual(files, twins.map(([name]) => name).sort());
  for (const [name, original, twin] of twins)
    assert.deepEqual(Object.keys(twin).sort(), Object.keys(original).sort(), name);
});

test('what works in Node only is refused by name in a browser', () => {
  for (const [name, refused] of Object.entries(nodeOnlyBrowser))
    assert.throws(refused as () => void, { message: new RegExp(`^${name} works in Node only: `) });
});

test('package.json has the entries that are built', () => {
  assert.deepEqual(Object.keys(manifest.exports).sort(), [...Object.keys(entries), './package.json'].sort());
});

test('both builds of an entry export the same names', async () => {
  for (const [entry, module] of Object.entries(entries)) {
    const node = require(path.join(root, 'dist', `${module}.js`)) as object;
    const browser = (await import(path.join(root, 'dist', 'esm', `${module}.mjs`))) as object;
    assert.deepEqual(Object.keys(browser).sort(), Object.keys(node).sort(), entry);
  }
});

test('the modules for browsers load TensorFlow.js alone, when loadTensorFlow is called, and name nothing of Node', () => {
  const esm = path.join(root, 'dist', 'esm');
  const modules = readdirSync(esm, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.mjs'),
  );
  const packages = modules.flatMap((file) => {
    const text = readFileSync(path.join(esm, file), 'utf8');
    assert.doesNotMatch(text, /\brequire\(|\bBuffer\.|\bprocess\.(?!emitWarning)|__dirname/, file);
    return [...text.matchAll(/(?:from |import\(?)\s*"([^."][^"]*)"/g)].map(([, name]) => `${file}: ${name}`);
  });
  assert.ok(modules.length > 50);
  assert.deepEqual(packages, ['tensorflow/backend.browser.mjs: @tensorflow/tfjs']);
});

test('src imports no module of Node outside the door, of what a browser gets', () => {
  const esm = path.join(root, 'dist', 'esm');
  const inBrowser = new Set(
    readdirSync(esm, { recursive: true, encoding: 'utf8' }).map((file) => file.replace(/\.mjs$/, '.ts')),
  );
  const wrong = sourceFiles()
    .filter(({ file, text }) => inBrowser.has(file) && !isTest(file) && /from 'node:/.test(text))
    .map(({ file }) => file);
  assert.deepEqual(wrong, []);
});
