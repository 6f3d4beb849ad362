import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fracmoment from '../../index';
import { explorables } from './all';
import { startValues } from './controls';
import { law } from './law';
import { map } from './map';
import { sampleMean } from './sampleMean';
import { percent, significant } from './words';

const { relu } = fracmoment;

/** The numbers of a sentence in their order. */
const numbersOf = (sentence: string) =>
  [...sentence.matchAll(/−?\d[\d,]*(?:\.\d+)?/g)].map(([text]) =>
    Number(text.replaceAll(',', '').replace('−', '-')),
  );

/** Whether a number is shown with three digits. */
function assertShown(sentence: string, value: number): void {
  const shown = numbersOf(sentence).some((number) => Math.abs(number / value - 1) < 5.1e-3);
  assert.ok(shown, `${value} is not in: ${sentence}`);
}

test('the law is that of outputLaw at the weights of the scheme', () => {
  const values = { ...startValues(law.controls), s: 0.5, width: 50, depth: 40, dropout: 0.25 };
  const { sentence } = law.answer(values);
  const activation = fracmoment.dropout(relu, { rate: 0.25 });
  for (const weightStd of [
    fracmoment.momentPreservingStd({ activation, s: 0.5, width: 50 }),
    fracmoment.kaimingStd({ activation, width: 50 }),
  ]) {
    const exact = fracmoment.outputLaw({ activation, width: 50, depth: 40, weightStd, input: 1 });
    assertShown(sentence, Math.exp(exact.quantile(0.5)));
    assertShown(sentence, 100 * exact.probabilityBelow(0.1));
  }
});

test('the moment of order s is that of the input at every depth', () => {
  for (const [s, depth] of [
    [0.5, 10],
    [1, 1000],
    [2, 300],
  ] as const) {
    const [, moments] = law.answer({ ...startValues(law.controls), s, depth }).figures;
    const { x, y } = moments!.data.at(-1)! as { x: number[]; y: number[] };
    const after = x.findIndex((order) => order > s);
    const between =
      y[after - 1]! + ((y[after]! - y[after - 1]!) * (s - x[after - 1]!)) / (x[after]! - x[after - 1]!);
    // a convex curve between two orders 0.07 apart: its chord is above it, by less than a hundredth of its rise
    assert.ok(
      between >= -1e-4 && between < 0.02 * (y[after]! - y[after - 1]!) + 1e-4,
      `s = ${s}: ${between}`,
    );
  }
});

test('the map has the ratio of shift and spread for the given network', () => {
  const { sentence } = map.answer({ ...startValues(map.controls), s: 0.5, width: 20, depth: 300 });
  const shift =
    300 *
    Math.log(
      fracmoment.momentPreservingStd({ activation: relu, s: 0.5, width: 20 }) /
        fracmoment.kaimingStd({ activation: relu, width: 20 }),
    );
  const spread = Math.sqrt(300 * fracmoment.logNormMoments({ activation: relu, width: 20 }).variance);
  for (const value of [shift, spread, shift / spread]) assertShown(sentence, value);
  assert.match(sentence, /^The choice of s matters more/);
});

test('the sample mean is that of the networks that simulateLogNorms draws', async () => {
  const values = { ...startValues(sampleMean.controls), networks: 700, order: 1.5, depth: 200, seed: 5 };
  assert.match(sampleMean.answer(values).sentence, /over 100 networks \(100 of 700 are drawn so far\)/);
  while (sampleMean.goOn!(values));
  const { sentence } = sampleMean.answer(values);
  const weightStd = fracmoment.momentPreservingStd({ activation: relu, s: 1, width: 64 });
  const options = { activation: relu, width: 64, depths: [200], weightStd, networks: 700, seed: 5, input: 1 };
  const [logNorms] = await fracmoment.simulateLogNorms(options);
  const { logValue, effectiveSampleSize } = fracmoment.logAbsoluteMoment(logNorms!, 1.5);
  assertShown(sentence, Math.exp(logValue / 1.5));
  assertShown(sentence, effectiveSampleSize);
  const factor = fracmoment.momentFactor({ activation: relu, width: 64, order: 1.5 });
  assertShown(sentence, (weightStd ** 1.5 * factor) ** (200 / 1.5));
});

test('training shows the paired differences of the committed sweep', () => {
  const training = explorables().at(-1)!.explorable;
  const { sentence } = training.answer({ ...startValues(training.controls), depth: '40', s: '0.05' });
  const { curves } = fracmoment.trainingResults('sweep-linear-40');
  const { mean, standardError } = fracmoment.pairedDifference(curves, 's = 0.05', 's = 2', 'testLoss', 1);
  for (const value of [-mean, standardError]) assertShown(sentence, value);
});

test('every explorable answers at every end of its controls, in finite numbers', () => {
  for (const { explorable } of explorables()) {
    const { controls, answer } = explorable;
    for (const [name, control] of Object.entries(controls)) {
      const ends = control.kind === 'number' ? [control.min, control.max] : Object.keys(control.options);
      for (const end of ends) {
        const { sentence, figures } = answer({ ...startValues(controls), [name]: end });
        assert.doesNotMatch(sentence, /NaN|undefined|∞/, `${explorable.name}, ${name} = ${end}`);
        assert.ok(figures.length > 0);
      }
    }
  }
});

test('numbers are written with three digits', () => {
  const written: [number, string][] = [
    [0, '0'],
    [0.36379, '0.364'],
    [12.345, '12.3'],
    [-1234.5, '−1,230'],
    [4.5e-7, '4.50 · 10⁻⁷'],
    [2.1e12, '2.10 · 10¹²'],
  ];
  for (const [value, text] of written) assert.equal(significant(value), text);
  assert.equal(percent(0.1862), '18.6 %');
  assert.equal(percent(1e-9), 'fewer than 0.01 %');
});
