import assert from 'node:assert/strict';
import { test } from 'node:test';
import { erf } from 'mathjs';
import { kolmogorovSmirnov } from '../estimators/kolmogorovSmirnov';
import { randomStream, Xoshiro128 } from './random';

test('xoshiro128** gives the reference implementation’s numbers', () => {
  // oracle: xoshiro128starstar.c 1.1 from state 1, 2, 3, 4, as published with the Rust crate rand_xoshiro
  const generator = new Xoshiro128(1, 2, 3, 4);
  assert.deepEqual(
    Array.from({ length: 10 }, () => generator.uint32()),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  );
});

test('(seed, stream) gives the state of NumPy’s SeedSequence', () => {
  // oracle: numpy 2.4.6, np.random.SeedSequence([seedLow, seedHigh, streamLow, streamHigh]).generate_state(4)
  const states: [seed: number, stream: number, state: [number, number, number, number]][] = [
    [0, 0, [2968811710, 3677149159, 745650761, 2884920346]],
    [1, 0, [1835504127, 1731038949, 1320224556, 2330041505]],
    [0, 1, [3831201730, 2013799314, 3589971085, 2228851942]],
    [12345, 7, [1920347263, 1019577889, 1807529583, 1558487748]],
    [2 ** 53 - 1, 2 ** 53 - 1, [673163719, 1307964521, 3383568347, 721913808]],
  ];
  for (const [seed, stream, state] of states) {
    const ours = randomStream(seed, stream);
    const numpys = new Xoshiro128(...state);
    for (let i = 0; i < 4; i++) assert.equal(ours.uint32(), numpys.uint32());
  }
});

test('different seeds or streams give different numbers', () => {
  const first = new Set<number>();
  const pairs = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 52, 2 ** 53 - 1];
  for (const seed of pairs) for (const stream of pairs) first.add(randomStream(seed, stream).uniform());
  assert.equal(first.size, pairs.length ** 2);
});

test('seeds and streams must be integers in [0, 2⁵³ − 1]', () => {
  assert.throws(() => randomStream(-1, 0), {
    name: 'RangeError',
    message: 'seed must be an integer in [0, 2⁵³ − 1]; got -1',
  });
  assert.throws(() => randomStream(0, 0.5), { name: 'RangeError', message: /^stream must be an integer/ });
  assert.throws(() => randomStream(2 ** 53, 0), RangeError);
  assert.throws(() => randomStream('1' as unknown as number, 0), TypeError);
});

/** Φ, from an independent library. */
const normalCdf = (x: number) => (1 + erf(x / Math.SQRT2)) / 2;

test('uniform() is uniform on [0, 1), and lag-1 uncorrelated', () => {
  const stream = randomStream(1, 0);
  const sample = Float64Array.from({ length: 200_000 }, () => stream.uniform());
  assert.ok(sample.every((x) => x >= 0 && x < 1));
  assert.ok(kolmogorovSmirnov(sample, (x) => x).pValue > 0.001);
  let product = 0;
  for (let i = 1; i < sample.length; i++) product += 12 * (sample[i]! - 0.5) * (sample[i - 1]! - 0.5);
  assert.ok(Math.abs(product / Math.sqrt(sample.length)) < 4); // standard normal if uncorrelated: 4 SE
});

test('uniform() uses 53 bits', () => {
  const stream = randomStream(2, 0);
  const odd = Array.from({ length: 100 }, () => (stream.uniform() * 2 ** 53) % 2);
  assert.ok(odd.every(Number.isInteger));
  assert.ok(odd.some((bit) => bit === 1) && odd.some((bit) => bit === 0));
});

test('normal() agrees with an independent ziggurat in Python', () => {
  // oracle: 256 layers from x = 3.6541528853610088 with area 0.00492867323399, on NumPy's state; equal up to
  // the last bit of exp and log
  const stream = randomStream(0, 0);
  for (const expected of [0.8173871517511797, -0.19289548106393764, 1.0617720472694916])
    assert.ok(Math.abs(stream.normal() - expected) < 1e-14);
});

test('fillNormals() gives the numbers of normal(), bit by bit, and leaves the stream where they would', () => {
  // 10⁶ numbers reach every layer and, 250 times, the tail
  for (const length of [0, 1, 2, 257, 10 ** 6])
    for (const values of [new Float64Array(length), new Float32Array(length)]) {
      const [filled, called] = [randomStream(5, length), randomStream(5, length)];
      filled.fillNormals(values, 0.7);
      const expected = values.slice();
      for (let i = 0; i < length; i++) expected[i] = 0.7 * called.normal();
      assert.deepEqual(values, expected);
      assert.equal(filled.uint32(), called.uint32());
    }
});

test('normal() is standard normal', () => {
  const stream = randomStream(3, 0);
  const sample = Float64Array.from({ length: 200_000 }, () => stream.normal());
  assert.ok(kolmogorovSmirnov(sample, normalCdf).pValue > 0.001);
});

test('normal() has the moments of the normal distribution and its tail beyond the last edge', () => {
  const stream = randomStream(4, 0);
  const n = 4_000_000;
  const sums = [0, 0, 0, 0, 0, 0, 0, 0];
  let beyondEdge = 0;
  let beyond4 = 0;
  for (let i = 0; i < n; i++) {
    const x = stream.normal();
    let power = 1;
    for (let k = 0; k < 8; k++) sums[k]! += power *= x;
    if (Math.abs(x) > 3.6541528853610088) beyondEdge++;
    if (Math.abs(x) > 4) beyond4++;
  }
  // E xᵏ is 0 or (k−1)!!, the variance of its sample mean (E x²ᵏ − (E xᵏ)²)/n; tolerance 4 standard errors
  const moment = (k: number): number => (k % 2 ? 0 : k === 0 ? 1 : (k - 1) * moment(k - 2));
  for (let k = 1; k <= 8; k++) {
    const error = Math.sqrt((moment(2 * k) - moment(k) ** 2) / n);
    assert.ok(Math.abs(sums[k - 1]! / n - moment(k)) < 4 * error, `moment ${k}`);
  }
  // the counts are binomial, nearly Poisson: tolerance 4 standard errors
  for (const [count, edge] of [
    [beyondEdge, 3.6541528853610088],
    [beyond4, 4],
  ] as const) {
    const expected = 2 * n * (1 - normalCdf(edge));
    assert.ok(Math.abs(count - expected) < 4 * Math.sqrt(expected), `beyond ${edge}: ${count}, ${expected}`);
  }
});
