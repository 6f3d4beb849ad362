import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { cellSignal } from '../platform/cellSignal';
import {
  type CellHost,
  type DisplayOptions,
  display,
  inNotebook,
  type MimeBundle,
  untilInterrupted,
} from './host';

const hostKey = Symbol.for('fracmoment.cell');
const globals = globalThis as { [key: symbol]: Partial<CellHost> | undefined };
const bundle: MimeBundle = {
  data: { 'text/plain': 'two', 'text/html': '<b>2</b>' },
  metadata: { 'text/html': {} },
};

// Where stock tslab is running, its module is in require.cache; standing in for it takes an entry of that name.
const tslabPath = '/anywhere/node_modules/tslab/dist/jupyter.js';
function pretendTslab(lastWriteDisplayData: ((message: object, update: boolean) => void) | null): void {
  require.cache[tslabPath] = Object.assign({} as NodeModule, { exports: { lastWriteDisplayData } });
}

afterEach(() => {
  delete globals[hostKey];
  delete require.cache[tslabPath];
});

test('our kernel gets the bundle and its options untouched, before any tslab', () => {
  const calls: [MimeBundle, DisplayOptions][] = [];
  const { signal } = new AbortController();
  globals[hostKey] = { display: (shown, options) => calls.push([shown, options]), signal };
  pretendTslab(() => assert.fail('tslab was asked although our kernel is there'));

  display(bundle);
  display(bundle, { displayId: 'a', update: true });

  assert.deepEqual(calls, [
    [bundle, {}],
    [bundle, { displayId: 'a', update: true }],
  ]);
  assert.equal(cellSignal(), signal);
  assert.equal(inNotebook(), true);
});

test('work that can be cut short is the kernel’s to interrupt, if there is one', async () => {
  const { signal } = new AbortController();
  const work = async (given: AbortSignal) => [given === signal, given.aborted];
  assert.deepEqual(await untilInterrupted(work), [false, false]);
  globals[hostKey] = { untilInterrupted: (asked) => asked(signal) };
  assert.deepEqual(await untilInterrupted(work), [true, false]);
});

test('tslab gets one Jupyter display message', () => {
  const calls: unknown[] = [];
  pretendTslab((message, update) => calls.push([message, update]));

  display({ data: bundle.data });
  display(bundle, { displayId: 'a', update: true });

  assert.deepEqual(calls, [
    [{ data: bundle.data, metadata: {}, transient: {} }, false],
    [{ data: bundle.data, metadata: { 'text/html': {} }, transient: { display_id: 'a' } }, true],
  ]);
  assert.equal(inNotebook(), true);
  assert.equal(cellSignal(), undefined);
});

test("tslab's writer is looked up at each call, for it makes a new one a cell", () => {
  const seen: string[] = [];
  pretendTslab(() => seen.push('first'));
  display(bundle);
  require.cache[tslabPath]!.exports.lastWriteDisplayData = () => seen.push('second');
  display(bundle);
  assert.deepEqual(seen, ['first', 'second']);
});

test('the real tslab carries the writer under that name, null until it runs a cell', () => {
  const loaded = require('tslab/dist/jupyter') as Record<string, unknown>;
  assert.equal(loaded.lastWriteDisplayData, null);
  assert.equal(inNotebook(), false);
  const seen: object[] = [];
  loaded.lastWriteDisplayData = (message: object) => seen.push(message);
  display(bundle);
  loaded.lastWriteDisplayData = null;
  assert.equal(seen.length, 1);
});

test('a terminal shows the text, ended by one newline', () => {
  const program = `
    const { display, inNotebook } = require(${JSON.stringify(require.resolve('./host'))});
    const { cellSignal } = require(${JSON.stringify(require.resolve('../platform/cellSignal'))});
    display({ data: { 'text/plain': 'one', 'text/html': '<b>1</b>' } });
    display({ data: { 'text/plain': 'two\\n' } }, { displayId: 'a', update: true });
    process.stdout.write(String([inNotebook(), cellSignal()]));`;
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }), 'one\ntwo\nfalse,');
});

test('a bundle without text and an update of nothing are refused', () => {
  assert.throws(() => display({ data: { 'text/html': '<b>1</b>' } }), {
    name: 'TypeError',
    message: "bundle.data['text/plain'] must be a string; got undefined",
  });
  assert.throws(() => display(bundle, { update: true }), {
    name: 'TypeError',
    message: 'displayId must name the output to update; got undefined',
  });
});
