import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import type { NetworkCurve } from './curves';
import { trainingResults } from './results';
import { type Measure, meanCurve, pairedDifference } from './statistics';

type Sample = Record<string, Partial<Record<Measure, ([number, number] | null)[]>>>;

function reference(file: string): Record<string, Sample> {
  return JSON.parse(
    readFileSync(path.join(__dirname, '..', '..', 'data', 'reference', file), 'utf8'),
  ) as Record<string, Sample>;
}

/** Holds the means over runs to those of another sample, within 4 standard errors of their difference. */
function compare(curves: NetworkCurve[], sample: Sample): number {
  let compared = 0;
  for (const [scheme, measures] of Object.entries(sample))
    for (const [measure, epochs] of Object.entries(measures) as [Measure, ([number, number] | null)[]][]) {
      const ours = meanCurve(curves, scheme, measure);
      epochs.slice(0, ours.mean.length).forEach((value, epoch) => {
        if (!value) return;
        const [mean, error] = value;
        const tolerance = 4 * Math.hypot(error, ours.standardError[epoch]!);
        const difference = Math.abs(ours.mean[epoch]! - mean);
        assert.ok(
          // where no run of either sample varies, as with 0 dead outputs, rounding is left
          difference <= tolerance + 1e-5,
          `${scheme}, ${measure}, epoch ${epoch}: ${ours.mean[epoch]}, PyTorch ${mean} ± ${error}`,
        );
        compared++;
      });
    }
  return compared;
}

/*
 * Oracle: the same networks trained in PyTorch with other random numbers. Training is chaotic, so means over runs are
 * compared. The 20 runs of training.json were lucky with ReLU (those of training-kaiming.json, and ours, have more
 * dead outputs), by up to 3 standard errors; all measures and epochs of it share that luck.
 */
test('the committed ReLU curves are those of PyTorch, within the spread over runs', () => {
  const { curves } = trainingResults('mnist-relu');
  assert.ok(compare(curves, reference('training.json')['mnist-relu']!) > 500);
  const { Kaiming } = reference('training-kaiming.json');
  assert.ok(compare(curves, { Kaiming: Kaiming as Sample[string] }) > 10);
});

// Linear networks are not chaotic: here the order of the schemes is the same in every run, as in PyTorch's 20 runs.
test('the committed linear curves are those of PyTorch; the larger the weights, the faster at first, in every run', () => {
  const { curves } = trainingResults('mnist-linear');
  assert.ok(compare(curves, reference('training.json')['mnist-linear']!) > 100);
  for (const epoch of [1, 2, 3, 4, 5]) {
    const againstKaiming = pairedDifference(curves, 's = 1', 'Kaiming', 'testLoss', epoch);
    assert.equal(againstKaiming.larger, 0);
    const againstRandomWalk = pairedDifference(curves, 's = 1', 'random walk', 'testLoss', epoch);
    assert.equal(againstRandomWalk.larger, againstRandomWalk.runs);
  }
});
