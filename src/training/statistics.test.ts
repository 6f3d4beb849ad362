import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { emptyCurve, type NetworkCurve } from './curves';
import {
  completeCurves,
  formatResults,
  mergedCurves,
  readResults,
  type TrainingResults,
  type TrainingShard,
  trainingResults,
} from './results';
import { meanCurve, pairedDifference } from './statistics';

function curve(scheme: string, run: number, testLoss: number[]): NetworkCurve {
  return { ...emptyCurve(scheme, run), testLoss };
}

/*
 * Student's sleep data (The probable error of a mean, 1908): the extra hours of sleep of ten patients under two drugs. R's
 * documentation of t.test gives for the paired differences: mean −1.58, t −4.0621, standard error 1.58/4.0621.
 */
const drugs = [
  [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
] as const;
const sleep = ['one', 'two'].flatMap((scheme, i) =>
  drugs[i]!.map((hours, run) => curve(scheme, run, [0, hours])),
);

test('means and standard errors over runs', () => {
  const { mean, standardError, runs } = meanCurve(sleep, 'one', 'testLoss');
  assert.equal(runs, 10);
  assert.ok(Math.abs(mean[1]! - 0.75) < 1e-12);
  // standard deviation 1.789010
  assert.ok(Math.abs(standardError[1]! - 1.78901 / Math.sqrt(10)) < 1e-6);
  assert.deepEqual([mean[0], standardError[0]], [0, 0]);
  assert.ok(Number.isNaN(meanCurve([curve('a', 0, [1])], 'a', 'testLoss').standardError[0]));
});

test('a mean curve ends at the last epoch that all runs have completed', () => {
  const behind = curve('one', 11, [11]);
  assert.deepEqual(meanCurve([...sleep, behind], 'one', 'testLoss').mean, [1]);
  assert.deepEqual(meanCurve([...sleep, emptyCurve('one', 11)], 'one', 'testLoss').mean, []);
});

test("paired differences are those of Student's sleep data, whatever the order of the curves", () => {
  const paired = pairedDifference([...sleep].reverse(), 'one', 'two', 'testLoss', 1);
  assert.ok(Math.abs(paired.mean + 1.58) < 1e-12);
  assert.ok(Math.abs(paired.t + 4.0621) < 1e-4);
  assert.ok(Math.abs(paired.standardError - 1.58 / 4.0621) < 1e-5);
  // one pair is level; 0 of the other 9 have a larger first: p = 2 · 2⁻⁹
  const { larger, differing, signTest, runs } = paired;
  assert.deepEqual(
    { larger, differing, signTest, runs },
    { larger: 0, differing: 9, signTest: 2 ** -8, runs: 10 },
  );
});

test('the sign test is exact', () => {
  const against = (larger: number, n: number) =>
    pairedDifference(
      Array.from({ length: n }, (_, run) => [
        curve('a', run, [run < larger ? 1 : -1]),
        curve('b', run, [0]),
      ]).flat(),
      'a',
      'b',
      'testLoss',
      0,
    ).signTest;
  // R's binom.test(15, 20) has p = 0.04139, binom.test(10, 20) p = 1
  assert.ok(Math.abs(against(15, 20) - 0.04139) < 1e-5);
  assert.ok(Math.abs(against(5, 20) - 0.04139) < 1e-5);
  assert.ok(Math.abs(against(10, 20) - 1) < 1e-12);
  assert.ok(Math.abs(against(20, 20) - 2 ** -19) < 1e-18);
});

test('the p-value is NaN if a network has diverged', () => {
  const { signTest, mean } = pairedDifference(
    [curve('a', 0, [1]), curve('a', 1, [Number.NaN]), curve('b', 0, [2]), curve('b', 1, [2])],
    'a',
    'b',
    'testLoss',
    0,
  );
  assert.deepEqual([signTest, mean], [Number.NaN, Number.NaN]);
});

test('bad arguments are named', () => {
  assert.throws(
    () => meanCurve(sleep, 'three', 'testLoss'),
    /^RangeError: scheme must be one of 'one', 'two'; got "three"$/,
  );
  assert.throws(
    () => meanCurve(sleep, 'one', 'loss' as never),
    /^RangeError: measure must be one of 'trainLoss', /,
  );
  assert.throws(
    () => pairedDifference(sleep, 'one', 'two', 'testLoss', 2),
    /^RangeError: epoch \(of \w+\) must be an integer in \[0, 2\); got 2$/,
  );
  assert.throws(
    () => pairedDifference([curve('a', 0, [1]), curve('b', 1, [1])], 'a', 'b', 'testLoss', 0),
    /^RangeError: curves must have a run of both 'a' and 'b'$/,
  );
});

test('a results file is read back to six digits, including NaN', () => {
  const results: TrainingResults = {
    experiment: 'e',
    about: 'a',
    data: 'd',
    settings: { batchSize: 128 },
    seed: 200511878,
    shards: [],
    curves: [
      { ...curve('one', 0, [2.3456789, Number.NaN]), trainLoss: [Number.NaN, 1e-7] },
      curve('one', 1, [1, 2]),
    ],
  };
  const text = formatResults(results);
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'fracmoment-results-')), 'e.json');
  writeFileSync(file, text);
  // one curve per line
  assert.equal(text.split('\n').filter((line) => line.startsWith('{"scheme"')).length, 2);
  const expected = structuredClone(results);
  expected.curves[0]!.testLoss[0] = 2.34568;
  assert.deepEqual(readResults(file), expected);
  rmSync(path.dirname(file), { recursive: true });
  assert.throws(
    () => trainingResults('none'),
    /^Error: there are no results of the experiment 'none'; run `npm run experiments -- none` to create them$/,
  );
});

test('results merge by scheme and run: the longer curve stays, of equal ones the new one', () => {
  const before = [curve('b', 0, [1, 2, 3]), curve('a', 1, [1, 2]), curve('a', 0, [1])];
  const now = [curve('a', 1, [5, 6]), curve('a', 0, [7, 8]), curve('b', 0, [9]), curve('b', 2, [4])];
  assert.deepEqual(mergedCurves(before, now, ['a', 'b']), [
    curve('a', 0, [7, 8]),
    curve('a', 1, [5, 6]),
    curve('b', 0, [1, 2, 3]),
    curve('b', 2, [4]),
  ]);
});

test('results are those that most networks have, cut to equal length; what was interrupted is left out', () => {
  const shard = (epochs: number, complete: boolean) => ({ epochs, complete }) as TrainingShard;
  const reached = (shards: TrainingShard[], lengths: number[]) =>
    completeCurves({
      experiment: 'e',
      shards,
      curves: lengths.map((length, run) => curve('a', run, new Array<number>(length).fill(1))),
    } as unknown as TrainingResults).map(({ run, testLoss }) => [run, testLoss.length]);
  const twoOf2 = [
    [0, 3],
    [1, 3],
  ];
  // one run went on to 4 epochs
  assert.deepEqual(reached([shard(2, true), shard(4, true)], [5, 3]), twoOf2);
  // two more were stopped after the first epoch, and a longer training too
  assert.deepEqual(reached([shard(2, true), shard(2, false), shard(9, false)], [4, 3, 2, 2]), twoOf2);
  // all have gone on
  assert.deepEqual(reached([shard(1, true), shard(2, true)], [3, 3]), twoOf2);
  assert.throws(
    () => reached([shard(2, false)], [3]),
    /^Error: no training of 'e' is complete; run `npm run experiments -- e --resume` to continue$/,
  );
  assert.throws(
    () => trainingResults('figure-1a'),
    /figure-1a.json does not contain results of a training, or is damaged \(experiment, settings, shards or curves are missing\)/,
  );
});
