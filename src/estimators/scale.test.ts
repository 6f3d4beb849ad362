// A million numbers, with values known in closed form: nothing spreads them over arguments or is quadratic in their number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absoluteMoment, logAbsoluteMoment } from './absoluteMoment';
import { blockTailIndex } from './blockTailIndex';
import { empiricalCdf } from './empiricalCdf';
import { hillEstimates, hillTailIndex } from './hill';
import { kernelDensity } from './kernelDensity';
import { kolmogorovSmirnov } from './kolmogorovSmirnov';
import { isClose } from './testData';

const n = 10 ** 6;
/** (i − ½)/n, i = 1 … n, in an order that is not sorted: 600,007 is prime. */
const uniform = Float64Array.from({ length: n }, (_, i) => (((i * 600_007) % n) + 0.5) / n);
const ones = new Float64Array(n).fill(1);

test('moments of a million numbers', () => {
  // the midpoint rule for ∫ x² dx and ∫ x⁴ dx is off by 1/(12n²)
  const { value, standardError, effectiveSampleSize } = absoluteMoment(uniform, 2);
  assert.ok(isClose(value, 1 / 3, 1e-11));
  assert.ok(isClose(standardError, Math.sqrt(4 / 45 / n), 1e-5));
  assert.ok(isClose(effectiveSampleSize, (5 / 9) * n, 1e-9));
  const { logValue } = logAbsoluteMoment(uniform.map(Math.log), 2, { logWeights: new Float64Array(n) });
  assert.ok(isClose(logValue, -Math.log(3), 1e-11));
});

test('distribution function and density of a million numbers, with and without weights', () => {
  for (const weights of [undefined, ones]) {
    const options = weights === undefined ? {} : { weights };
    const { cdf, steps } = empiricalCdf(uniform, options);
    assert.equal(cdf(0.25), 0.25);
    assert.deepEqual(
      steps({ points: 3 }).x,
      [0.5, n / 2 + 0.5, n - 0.5].map((i) => i / n),
    );
    const density = kernelDensity(uniform, options);
    // Scott: √(1/12) · n^(−1/5), and in the middle, 27 bandwidths from the ends, the density is 1
    assert.ok(isClose(density.bandwidth, Math.sqrt(1 / 12) * n ** -0.2, 1e-6));
    assert.ok(isClose(density.pdf(0.5), 1, 1e-9));
    assert.ok(isClose(density.cdf(0.5), 0.5, 1e-9));
    assert.ok(isClose(density.grid({ from: 0.4, to: 0.6, points: 3 }).density[1]!, 1, 1e-9));
  }
});

test('tests of a million numbers', () => {
  const one = kolmogorovSmirnov(uniform, (x) => x);
  assert.ok(isClose(one.statistic, 0.5 / n, 1e-6));
  assert.equal(one.pValue, 1);
  const two = kolmogorovSmirnov(
    uniform,
    uniform.map((x) => x + 0.001),
    { alternative: 'greater' },
  );
  assert.ok(Math.abs(two.statistic - 0.001) <= 1.5 / n); // one number more or less, by rounding
  assert.ok(isClose(two.pValue, Math.exp(-1), 0.01)); // exp(−2λ²) with λ = D√(n/2) to a fifth of a percent
});

test('tail indices of a million numbers, at every number of largest ones', () => {
  // Pareto quantiles of index 1.5: the log-excesses are exponential quantiles, whose mean over the top k is ⅔ within
  // log(k)/k of its size
  const pareto = uniform.map((u) => u ** (-1 / 1.5));
  assert.ok(isClose(hillTailIndex(pareto, 1e4).value, 1.5, 1e-3));
  const every = Array.from({ length: n - 1 }, (_, i) => i + 1);
  const { value } = hillEstimates(pareto, every);
  for (const k of [1000, 1e4, 1e5, 999_999]) {
    assert.ok(isClose(value[k - 1]!, 1.5, 5 / k + 1e-5), `${k}: ${value[k - 1]}`);
    // the same sum, term by term
    assert.ok(isClose(value[k - 1]!, hillTailIndex(pareto, k).value, 1e-12));
  }
  assert.ok(hillEstimates(pareto).k.at(-1) === n / 5);
  // equal numbers: the sum of a block of m is m times its mean, so 1/α = log m/log m
  assert.ok(isClose(blockTailIndex(new Float64Array(n).fill(3)).value, 1, 1e-12));
});
