import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { rescaleOutputs } from '../simulation/outputs';
import { momentPreservingStd } from '../theory/std';
import { type Figure1a, figure1aOf, replay, replayAuthorsNetworks, replayFigure1a } from './replay';

function readData(file: string): unknown {
  return JSON.parse(readFileSync(path.join(__dirname, '../../data', file), 'utf8'));
}

// oracle: the authors' notebooks, rerun with their own seeds
const authors = readData('authors/seeds.json') as {
  figure1a: Record<string, number[]>;
  logNorms: Record<string, number[]>;
};
const stored = readData('results/figure-1a.json') as { result: Figure1a };

test('all 600 networks of Figures 2, 5 and 6 agree with the authors’', async () => {
  const activations = { linear, relu, leaky: leakyRelu(0.01) };
  const ones = await replayAuthorsNetworks({
    activations: Object.values(activations),
    depth: 100,
    networks: 100,
  });
  for (const [index, [name, activation]] of Object.entries(activations).entries())
    for (const s of [2, 1]) {
      const weightStd = momentPreservingStd({ activation, s, width: 64, method: 'authors' });
      const [logNorms] = rescaleOutputs(ones[index]!, weightStd).logNorms;
      const expected = authors.logNorms[`${name} s=${s}`]!;
      assert.equal(logNorms!.length, expected.length);
      // float32 sums: measured difference up to 8.5e-5
      for (const [j, value] of expected.entries())
        assert.ok(Math.abs(logNorms![j]! - value) < 2e-4, `${name}, s = ${s}, network ${j}`);
    }
});

test('the stored Figure 1a agrees with the authors’', () => {
  for (const { s, values } of stored.result.curves)
    for (const [i, value] of authors.figure1a[s]!.entries())
      assert.ok(Math.abs(values[i]! / value - 1) < 1e-3, `s = ${s}, α = ${stored.result.orders[i]}`);
});

test('the stored Figure 1a agrees with the replay', async () => {
  // its first networks, on any number of threads; stored to 10 digits
  const options = { activations: [relu], depth: 500, networks: 4 };
  const [here] = await replay(options, 0);
  assert.deepEqual((await replay(options, 2))[0], here);
  for (const [j, logNorm] of here!.logNorms[0]!.entries()) {
    assert.ok(Math.abs(logNorm / stored.result.logNorms[j]! - 1) < 1e-9);
    const direction = here!.directions.subarray(64 * j, 64 * (j + 1));
    assert.ok(Math.abs(direction.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-14);
  }

  // its curves, from these networks by the formula in linear scale
  const { orders, curves } = figure1aOf(here!);
  assert.deepEqual(orders, stored.result.orders);
  for (const { s, weightStd, values } of curves) {
    const [logNorms] = rescaleOutputs(here!, weightStd).logNorms;
    const coordinates = here!.directions.map((x, i) => x * Math.exp(logNorms![Math.floor(i / 64)]!));
    for (const [i, order] of orders.entries()) {
      const mean = coordinates.reduce((sum, x) => sum + Math.abs(x) ** order, 0) / coordinates.length;
      assert.ok(Math.abs(values[i]! / mean ** (1 / order) - 1) < 1e-12, `s = ${s}, α = ${order}`);
    }
  }
});

test('a replay reports its progress and can be aborted', async () => {
  const reports: [number, number][] = [];
  const onProgress = (done: number, total: number) => reports.push([done, total]);
  await replayAuthorsNetworks({ activations: [relu], depth: 2, networks: 3, onProgress });
  assert.deepEqual(reports, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);

  const controller = new AbortController();
  const abort = () => controller.abort(new Error('enough'));
  await assert.rejects(replayFigure1a({ signal: controller.signal, onProgress: abort }), {
    message: 'enough',
  });
});

test('errors name the invalid argument', async () => {
  const good = { activations: [relu], depth: 1, networks: 1 };
  const refused: [object, string, RegExp][] = [
    [{ activations: relu }, 'TypeError', /^activations must be an array of at least one activation; got \{/],
    [{ activations: [] }, 'TypeError', /^activations must be an array of at least one activation; got \[\]$/],
    [{ activations: [relu, 1] }, 'TypeError', /^activations\[1\] must be linear/],
    [
      { activations: [rrelu(0, 1)] },
      'RangeError',
      /^activations\[0\] must have no random slope and no dropout, like the authors' networks/,
    ],
    [{ activations: [dropout(relu, { rate: 0.1 })] }, 'RangeError', /^activations\[0\] must have no random/],
    [{ depth: 0 }, 'RangeError', /^depth must be an integer in \[1, 1000000\]; got 0$/],
    [{ networks: 0 }, 'RangeError', /^networks must be an integer in \[1, 1000000\]; got 0$/],
  ];
  for (const [change, name, message] of refused)
    await assert.rejects(replayAuthorsNetworks({ ...good, ...change }), { name, message });
});
