import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Activation,
  activationName,
  dropout,
  leakyRelu,
  linear,
  relu,
  rrelu,
} from '../core/activations';
import { kolmogorovSmirnov } from '../estimators/kolmogorovSmirnov';
import { logNormMoments } from '../theory/logNorm';
import { kaimingStd, momentPreservingStd } from '../theory/std';
import { coordinateLogMoments, type NetworkOutputs } from './outputs';
import {
  type SimulationOptions,
  simulate,
  simulateLogNorms,
  simulateOutputs,
  simulateOutputsWithMatrices,
} from './simulate';

const activations: Activation[] = [
  linear,
  relu,
  leakyRelu(0.01),
  leakyRelu(-0.7),
  leakyRelu(-1),
  rrelu(1 / 8, 1 / 3),
  rrelu(-0.5, 1),
  dropout(linear, { rate: 0.3 }),
  dropout(relu, { rate: 0.2 }),
  dropout(leakyRelu(0.3), { rate: 0.5 }),
  dropout(rrelu(0.2, 0.6), { rate: 0.1, inverted: false }),
];

function mean(sample: Float64Array): number {
  return sample.reduce((sum, x) => sum + x, 0) / sample.length;
}

function variance(sample: Float64Array): number {
  const centre = mean(sample);
  return sample.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (sample.length - 1);
}

/** Statistics of the norm at each depth, of its increments, of a coordinate and of the direction. */
function statistics({ width, logNorms, directions }: NetworkOutputs): Record<string, Float64Array> {
  const [first, last] = logNorms as [Float64Array, Float64Array];
  return {
    'log-norm at depth 1': first,
    'log-norm at depth 5': last,
    'last over first': last.map((x, j) => (x === -Infinity ? x : x - first[j]!)),
    'a coordinate': last.map((x, j) => Math.exp(x) * directions[j * width]!),
    'fourth powers': coordinateLogMoments({ width, depths: [1, 5], logNorms, directions }, 4),
  };
}

test('simulation without matrices has the distribution of networks with matrices', async () => {
  // Oracle: every weight drawn. At width 5, dead networks (ReLU: 1 layer in 32) are part of the comparison.
  // 165 tests on fixed seeds: all p-values above 1e-4, and not too many small ones.
  const pValues: number[] = [];
  for (const activation of activations)
    for (const [noiseStd, input] of [
      [0, 'gaussian'],
      [0.4, 3],
      [1, 0.01],
    ] as const) {
      const options: SimulationOptions = {
        activation,
        width: 5,
        depths: [1, 5],
        weightStd: 0.6,
        networks: 8000,
        seed: 1,
        input,
        noiseStd,
      };
      const short = statistics(await simulateOutputs(options));
      const long = statistics(await simulateOutputsWithMatrices({ ...options, seed: 2 }));
      for (const [name, sample] of Object.entries(short)) {
        const { pValue } = kolmogorovSmirnov(sample, long[name]!);
        assert.ok(
          pValue > 1e-4,
          `${activationName(activation)}, noise ${noiseStd}, input ${input}: ${name}, p = ${pValue}`,
        );
        pValues.push(pValue);
      }
    }
  const small = pValues.filter((p) => p < 0.05).length;
  // 5 % of 165 is 8; statistics of one sample are dependent, so twice that is acceptable
  assert.ok(small < 20, `${small} of ${pValues.length} p-values below 0.05`);
});

test('norms and outputs have the same distribution', async () => {
  // oracle: the last layer drawn unit by unit; fixed seeds
  for (const activation of activations) {
    const options = { activation, width: 5, depths: [1], weightStd: 1, networks: 20_000, input: 1 };
    const [norms] = await simulateLogNorms({ ...options, seed: 3 });
    const outputs = await simulateOutputs({ ...options, seed: 4 });
    const { pValue } = kolmogorovSmirnov(norms!, outputs.logNorms[0]!);
    assert.ok(pValue > 1e-3, `${activationName(activation)}: p = ${pValue}`);
  }
});

test('log-norms have theory’s mean and variance', async () => {
  // oracle: logNormMoments. Tolerance 4.5 standard errors; the relative one of the variance is √(2/n) for
  // normal sums
  for (const activation of activations)
    for (const [width, depth] of [
      [64, 20],
      [1000, 3],
    ] as const) {
      const networks = 10_000;
      const weightStd = 0.1;
      const [sample] = await simulateLogNorms({
        ...{ activation, width, weightStd, networks, depths: [depth], seed: 5, input: 2 },
      });
      const step = logNormMoments({ activation, width });
      const expected = Math.log(2) + depth * (Math.log(weightStd) + step.mean);
      const zMean = (mean(sample!) - expected) / Math.sqrt((depth * step.variance) / networks);
      const zVariance = (variance(sample!) / (depth * step.variance) - 1) / Math.sqrt(2 / networks);
      const what = `${activationName(activation)}, width ${width}`;
      assert.ok(Math.abs(zMean) < 4.5, `${what}: mean off by ${zMean} standard errors`);
      assert.ok(Math.abs(zVariance) < 4.5, `${what}: variance off by ${zVariance} standard errors`);
    }
});

test('momentPreservingStd preserves E‖x‖^s', async () => {
  // oracle: the definition of σ₀. At depth 4 and width 16 the tail of ‖x‖^s is light enough for a reliable
  // standard error
  for (const activation of activations)
    for (const s of [0.5, 1, 2]) {
      const weightStd = momentPreservingStd({ activation, s, width: 16 });
      const [sample] = await simulateLogNorms({
        ...{ activation, width: 16, depths: [4], weightStd, networks: 20_000, seed: 6, input: 1 },
      });
      const powers = sample!.map((x) => Math.exp(s * x));
      const z = (mean(powers) - 1) / Math.sqrt(variance(powers) / powers.length);
      assert.ok(Math.abs(z) < 4.5, `${activationName(activation)}, s = ${s}: off by ${z} standard errors`);
    }
});

test('a ReLU layer of width 2 dies with probability ¼, for good without noise and for one layer with it', async () => {
  const networks = 20_000;
  const options = { activation: relu, width: 2, depths: [1, 2, 6], weightStd: 1, networks, seed: 7 };
  const dead = (row: Float64Array) => row.filter((x) => x === -Infinity).length / networks;
  for (const route of ['norms', 'outputs', 'matrices'] as const) {
    const without = await simulate(options, route);
    const noisy = await simulate({ ...options, noiseStd: 0.5 }, route);
    for (const [index, depth] of options.depths.entries()) {
      // a standard error is at most 0.5/√20000 = 0.0036; tolerance 4 of them
      assert.ok(Math.abs(dead(without.logNorms[index]!) - (1 - 0.75 ** depth)) < 0.0142, `${route} ${depth}`);
      assert.ok(Math.abs(dead(noisy.logNorms[index]!) - 0.25) < 0.0142, `${route} ${depth}, noise`);
    }
    for (const { logNorms, directions } of route === 'norms' ? [] : [without, noisy])
      for (const [j, logNorm] of logNorms[2]!.entries()) {
        const [x, y] = directions.subarray(2 * j, 2 * j + 2) as unknown as [number, number];
        assert.ok(!Object.is(x, -0) && !Object.is(y, -0));
        if (logNorm === -Infinity) assert.deepEqual([x, y], [0, 0]);
        else assert.ok(Math.abs(x * x + y * y - 1) < 1e-15 * 4);
      }
  }
});

test('the numbers do not depend on how the work is split', async () => {
  const options = {
    ...{ activation: rrelu(0.1, 0.3), width: 64, depths: [3, 20], weightStd: 0.2, networks: 2000, seed: 8 },
    noiseStd: 0.1,
  };
  const reports: number[] = [];
  const onProgress = (done: number, total: number) => {
    assert.equal(total, 2000);
    reports.push(done);
  };
  const here = await simulate({ ...options, onProgress }, 'outputs', 0);
  assert.ok(reports.length > 1, 'the work was not split at all');
  assert.equal(reports.at(-1), 2000);
  assert.ok(reports.every((done, i) => i === 0 || done > reports[i - 1]!));
  for (const threads of [1, 2]) {
    reports.length = 0;
    assert.deepEqual(await simulate({ ...options, onProgress }, 'outputs', threads), here);
    assert.equal(reports.at(-1), 2000);
  }

  const fewer = await simulate({ ...options, networks: 10 }, 'outputs', 0);
  assert.deepEqual(fewer.logNorms[1], here.logNorms[1]!.slice(0, 10));
});

test('the result at a depth does not depend on the other depths', async () => {
  const options = {
    activation: leakyRelu(0.1),
    width: 8,
    weightStd: 0.4,
    networks: 50,
    seed: 9,
    noiseStd: 0.2,
  };
  const together = await simulateLogNorms({ ...options, depths: [1, 7, 30] });
  for (const [index, depth] of [1, 7, 30].entries())
    assert.deepEqual(together[index], (await simulateLogNorms({ ...options, depths: [depth] }))[0]);
});

test('different seeds give different networks, seed 0 included', async () => {
  const options = { activation: relu, width: 8, depths: [1], weightStd: 1, networks: 3 };
  const samples = await Promise.all([0, 1, 2 ** 40].map((seed) => simulateLogNorms({ ...options, seed })));
  assert.equal(new Set(samples.flatMap(([row]) => [...row!])).size, 9);
});

test('no depth over- or underflows, and weightStd only shifts log-norms', async () => {
  const depth = 100_000;
  for (const route of ['outputs', 'matrices'] as const)
    for (const noiseStd of [0, 1e-3]) {
      const options = { activation: linear, width: 4, depths: [depth], networks: 3, seed: 10, noiseStd };
      const large = await simulate({ ...options, weightStd: 1e100 }, route);
      const small = await simulate({ ...options, weightStd: 1e-100 }, route);
      const { mean: step, variance: spread } = logNormMoments({ activation: linear, width: 4 });
      for (const [j, logNorm] of large.logNorms[0]!.entries()) {
        const z = (logNorm - depth * (step + 100 * Math.LN10)) / Math.sqrt(depth * spread);
        assert.ok(Math.abs(z) < 4.5, `${route}, noise ${noiseStd}: ${logNorm}`);
        // 10⁵ sums of size up to 2·10⁷ lose up to 2⁻²⁹ each, as a random walk; with noise the small number is
        // log(noise)
        if (noiseStd === 0)
          assert.ok(Math.abs(logNorm - small.logNorms[0]![j]! - depth * 200 * Math.LN10) < 1e-4);
        else assert.ok(Math.abs(small.logNorms[0]![j]! - Math.log(noiseStd)) < 4);
      }
    }
});

test('widths from one to a million', async () => {
  const [narrow] = await simulateLogNorms({
    ...{ activation: leakyRelu(-1), width: 1, depths: [1], weightStd: 1, networks: 4000, seed: 11, input: 1 },
  });
  // |x| for x ~ N(0, 1): E log|x| = −(γ + log 2)/2, Var = π²/8
  assert.ok(Math.abs(mean(narrow!) + 0.635181) < (4.5 * Math.PI) / Math.sqrt(8 * 4000));

  const activation = dropout(leakyRelu(0.1), { rate: 0.4 });
  const weightStd = kaimingStd({ activation, width: 1e6 });
  const [wide] = await simulateLogNorms({
    ...{ activation, width: 1e6, depths: [10], weightStd, networks: 20, seed: 12, input: 1 },
  });
  // at width 10⁶ a layer's log-norm has SD √(κ/4)/1000 ≈ 0.001
  assert.ok(wide!.every((x) => Math.abs(x) < 0.02));
});

test('an aborted simulation rejects with the reason', async () => {
  const options = { activation: relu, width: 64, depths: [1000], weightStd: 0.2, seed: 1 };
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  for (const call of [simulateLogNorms, simulateOutputs, simulateOutputsWithMatrices])
    await assert.rejects(call({ ...options, networks: 1e6, signal: controller.signal, onProgress }), {
      message: 'enough',
    });
});

test('errors name the invalid argument', async () => {
  const good = { activation: relu, width: 4, depths: [1], weightStd: 1, networks: 2, seed: 1 };
  const refused: [Record<string, unknown>, string, RegExp][] = [
    [{ activation: 'elu' }, 'TypeError', /^activation must be linear, relu/],
    [{ width: 0 }, 'RangeError', /^width must be an integer in \[1, 1000000\]; got 0$/],
    [{ width: '4' }, 'TypeError', /^width /],
    [{ depths: [] }, 'TypeError', /^depths must be an array of at least one depth; got \[\]$/],
    [{ depths: 3 }, 'TypeError', /^depths must be an array of at least one depth; got 3$/],
    [{ depths: [0] }, 'RangeError', /^depths\[0\] must be an integer in \[1, 1000000\]; got 0$/],
    [{ depths: [2, 2] }, 'RangeError', /^depths\[1\] must be an integer in \[3, 1000000\]; got 2$/],
    [{ depths: [1.5] }, 'RangeError', /^depths\[0\] /],
    [{ weightStd: 0 }, 'RangeError', /^weightStd must lie in \(0, ∞\); got 0$/],
    [{ weightStd: Number.NaN }, 'RangeError', /^weightStd /],
    [{ networks: 0 }, 'RangeError', /^networks must be an integer in \[1, 100000000\]; got 0$/],
    [{ networks: 1.5 }, 'RangeError', /^networks /],
    [{ seed: -1 }, 'RangeError', /^seed /],
    [{ input: 0 }, 'RangeError', /^input \(unless 'gaussian'\) must lie in \(0, ∞\); got 0$/],
    [
      { input: 'uniform' },
      'TypeError',
      /^input \(unless 'gaussian'\) must be a number in \(0, ∞\); got "uniform"$/,
    ],
    [{ noiseStd: -1 }, 'RangeError', /^noiseStd must lie in \[0, ∞\); got -1$/],
  ];
  for (const call of [simulateLogNorms, simulateOutputs, simulateOutputsWithMatrices])
    for (const [change, name, message] of refused)
      await assert.rejects(call({ ...good, ...change } as SimulationOptions), { name, message });
});
