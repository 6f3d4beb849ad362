// Oracle: data/golden.json, what the same calls and notebooks gave before. Bits are compared, or what stands for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureDigests } from './figures';
import { numbersOfExports } from './numbers';
import { declarationRecord, nativeName, notebookRecord, readGolden, tensorRecord } from './record';

const golden = readGolden();

test('the verdicts of the notebooks, and their outputs but for times and backends', () => {
  const { verdicts, outputs } = notebookRecord();
  assert.deepEqual(verdicts, golden.verdicts);
  assert.deepEqual(outputs, golden.outputs);
});

test('the numeric exports, bit by bit', async () => {
  assert.deepEqual(await numbersOfExports(), golden.numbers);
});

test("the figures' JSON", () => {
  assert.deepEqual(figureDigests(), golden.figures);
});

test('the public names and their declarations', () => {
  assert.deepEqual(declarationRecord(), golden.declarations);
});

test('initializers and training on WebAssembly, bit by bit', () => {
  const { initializers, weights } = tensorRecord('skip');
  assert.deepEqual(initializers, golden.initializers);
  assert.deepEqual(weights, golden.weights.wasm);
});

// On another instruction set sums are rounded in another order: after three steps still the same to five digits.
test('initializers and training on native TensorFlow, bit by bit where it was recorded', (t) => {
  if (process.env.FRACMOMENT_TFJS === 'skip') return t.skip('FRACMOMENT_TFJS=skip');
  const { initializers, weights } = tensorRecord('required');
  assert.deepEqual(initializers, golden.initializers);
  const known = golden.weights[nativeName()];
  if (known) return assert.deepEqual(weights, known);
  for (const [name, { norm }] of Object.entries(golden.weights.wasm!))
    assert.ok(Math.abs(weights[name]!.norm / norm - 1) < 1e-5, name);
});
