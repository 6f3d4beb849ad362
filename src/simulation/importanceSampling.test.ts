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
import { momentFactor } from '../theory/moments';
import { momentPreservingStd } from '../theory/std';
import { importanceSampledMoment } from './importanceSampling';
import { simulateLogNorms } from './simulate';
import { simulateTiltedNetworks, type TiltedPlan } from './tiltedNetworks';

/** log E‖x⁽ᵏ⁾‖^order for x⁽⁰⁾ ~ N(0, I), by the exact moments. */
function exactLogMoment(
  activation: Activation,
  width: number,
  depth: number,
  weightStd: number,
  order: number,
) {
  const perLayer = order * Math.log(weightStd) + Math.log(momentFactor({ activation, width, order }));
  return depth * perLayer + Math.log(momentFactor({ activation: linear, width, order }));
}

test('the true values behind Figure 1a, simulated', async () => {
  // oracle: (E|xᵢ|³)^(1/3) = 19436, 1752, 154 for s = 1, 1.5, 2 with the authors' σ, from the exact moments
  // of a layer and of a coordinate. One simulation gives every s, since a factor on the weights is
  // factor^depth on the output
  const [activation, width, depth, order] = [relu, 64, 500, 3];
  const std = (s: number) => momentPreservingStd({ activation, s, width, method: 'authors' });
  const { coordinate } = await importanceSampledMoment({
    activation,
    width,
    depth,
    weightStd: std(1),
    order,
    networks: 20000,
    seed: 20051878,
  });
  assert.equal(coordinate.warning, undefined);
  const standardError = coordinate.relativeStandardError / order;
  assert.ok(standardError < 0.015, `${standardError}`);
  for (const [s, truth] of [
    [1, 19436],
    [1.5, 1752],
    [2, 154],
  ] as const) {
    const value = Math.exp(coordinate.logValue / order + depth * Math.log(std(s) / std(1)));
    // 3 standard errors, and the truth's rounding
    assert.ok(Math.abs(value / truth - 1) < 3 * standardError + 0.003, `${value} ± ${value * standardError}`);
  }
});

const activations: Activation[] = [
  linear,
  relu,
  leakyRelu(0.01),
  leakyRelu(0.3),
  leakyRelu(-1.5),
  rrelu(1 / 8, 1 / 3),
  rrelu(-2, 1),
  dropout(relu, { rate: 0.5 }),
  dropout(linear, { rate: 0.3, inverted: false }),
  dropout(leakyRelu(0.2), { rate: 0.2 }),
];

test('every activation: the exact moment, by counts and unit by unit', async () => {
  for (const [index, activation] of activations.entries())
    for (const [width, depth, order] of [
      [64, 20, 3],
      [8, 6, 1],
      [3, 2, 0.5],
    ] as const) {
      const weightStd = 1.3 / Math.sqrt(width);
      const { norm } = await importanceSampledMoment({
        activation,
        width,
        depth,
        weightStd,
        order,
        networks: 3000,
        seed: index,
      });
      const deviation =
        (norm.logValue - exactLogMoment(activation, width, depth, weightStd, order)) /
        norm.relativeStandardError;
      const name = `${activationName(activation)}, width ${width}: ${deviation} standard errors`;
      assert.ok(norm.relativeStandardError < 0.04, name);
      assert.ok(Math.abs(deviation) < 3.5, name); // of 30, the largest of a normal's is 3.5 once in 70 seeds
    }
});

test('order 2: norm and coordinates give the same moment for every network', async () => {
  const { norm, coordinate } = await importanceSampledMoment({
    activation: rrelu(0.1, 0.3),
    width: 5,
    depth: 4,
    weightStd: 0.5,
    order: 2,
    networks: 200,
    seed: 3,
  });
  assert.ok(Math.abs(norm.logValue - coordinate.logValue - Math.log(5)) < 1e-12);
  assert.ok(Math.abs(norm.relativeStandardError - coordinate.relativeStandardError) < 1e-12);
});

test('any tilt gives the same moment, and the likelihood ratios have mean 1', async () => {
  const [activation, width, depth, weightStd, order] = [leakyRelu(0.2), 16, 10, 0.4, 1.5] as const;
  const truth = exactLogMoment(activation, width, depth, weightStd, order);
  for (const tilt of [
    { normalVariance: 1 },
    { normalVariance: 1.1 },
    { normalVariance: 1.05, positiveProbability: 0.45 },
  ]) {
    const options = { activation, width, depth, weightStd, order, networks: 4000, seed: 11, ...tilt };
    const found = await importanceSampledMoment(options);
    const deviation = (found.norm.logValue - truth) / found.norm.relativeStandardError;
    assert.ok(Math.abs(deviation) < 3.5, `${deviation}`);
    for (const [name, value] of Object.entries(tilt)) assert.equal(found[name as keyof typeof tilt], value);
  }
  // at an order close to 0 the moment is the mean likelihood ratio
  const ratios = await importanceSampledMoment({
    activation,
    width,
    depth,
    weightStd,
    order: 1e-9,
    networks: 4000,
    seed: 12,
    normalVariance: 1.05,
    positiveProbability: 0.52,
  });
  assert.ok(Math.abs(ratios.norm.logValue) < 3.5 * ratios.norm.relativeStandardError);
});

test('at an order whose powers overflow', async () => {
  // oracle: E‖x‖^300 and E|x|^300 for x = g/2 in four dimensions, by 2^p Γ(n/2 + p)/Γ(n/2) in 20 digits
  const { norm, coordinate } = await importanceSampledMoment({
    ...{
      activation: 'linear',
      width: 4,
      depth: 1,
      weightStd: 0.5,
      order: 300,
      networks: 2000,
      seed: 1,
      input: 1,
    },
  });
  for (const [{ logValue, relativeStandardError }, exact] of [
    [norm, 506.0653],
    [coordinate, 497.9695],
  ] as const)
    assert.ok(Math.abs(logValue - exact) < 4 * relativeStandardError + 1e-4, `${logValue}`);
});

test('an order too small to matter needs no tilt', async () => {
  const { norm, normalVariance } = await importanceSampledMoment({
    ...{ activation: linear, width: 4, depth: 1, weightStd: 0.5, order: 5e-324, networks: 20, seed: 1 },
  });
  assert.ok(Math.abs(normalVariance - 1) < 1e-12);
  assert.ok(Math.abs(norm.logValue) < 1e-12);
});

test('without a tilt all likelihood ratios are 1 and the networks are those of plain simulation', async () => {
  for (const activation of [relu, rrelu(0.1, 0.5), dropout(leakyRelu(0.2), { rate: 0.2 })]) {
    const own = { positive: activation.keep / 2, negative: activation.keep / 2, zero: 1 - activation.keep };
    const plan: TiltedPlan = {
      activation,
      width: 8,
      depth: 12,
      weightStd: 0.6,
      order: 1,
      input: 'gaussian',
      seed: 5,
      tilt: {
        normalVariance: 1,
        probabilities: activation.upper === 0 ? { positive: 0.5, negative: 0, zero: 0.5 } : own,
      },
    };
    const { logWeights, logNorms } = simulateTiltedNetworks({ plan, first: 0, count: 3000 });
    assert.ok(logWeights.every((weight) => Math.abs(weight) < 1e-12));
    const [plain] = await simulateLogNorms({
      ...{ activation, width: 8, depths: [12], weightStd: 0.6, networks: 3000, seed: 6 },
    });
    assert.ok(kolmogorovSmirnov(logNorms, plain!).pValue > 1e-3);
  }
});

test('intervals cover, the input norm is a factor, and the first networks do not depend on their number', async () => {
  // 200 repetitions of nominally 95 %: ± 4.6 % at 3 SE
  const options = { activation: relu, width: 16, depth: 30, weightStd: 0.36, order: 2, networks: 300 };
  const truth = exactLogMoment(relu, 16, 30, 0.36, 2);
  let covered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const { norm } = await importanceSampledMoment({ ...options, seed });
    const ratio = Math.exp(truth - norm.logValue);
    if (Math.abs(ratio - 1) < 1.96 * norm.relativeStandardError) covered++;
  }
  assert.ok(covered >= 180 && covered <= 198, `${covered} of 200`);

  const at = async (input: number) => importanceSampledMoment({ ...options, input, seed: 1 });
  const factor = (await at(1e100)).norm.logValue - (await at(1)).norm.logValue;
  assert.ok(Math.abs(factor - 200 * Math.log(10)) < 1e-9);

  const plan: TiltedPlan = {
    ...options,
    input: 1,
    seed: 2,
    tilt: { normalVariance: 1.2, probabilities: { positive: 0.52, negative: 0, zero: 0.48 } },
  };
  const all = simulateTiltedNetworks({ plan, first: 0, count: 10 });
  const rest = simulateTiltedNetworks({ plan, first: 6, count: 4 });
  assert.deepEqual(all.logNorms.slice(6), rest.logNorms);
  assert.deepEqual(all.logWeights.slice(6), rest.logWeights);
});

test('the default tilt is close to optimal', async () => {
  for (const [activation, width, depth, order] of [
    [relu, 64, 60, 3],
    [rrelu(-2, 2), 16, 10, 3],
    [dropout(linear, { rate: 0.3 }), 16, 20, 2],
  ] as const) {
    const options = { activation, width, depth, weightStd: 1, order, networks: 4000, seed: 8 };
    const best = await importanceSampledMoment(options);
    for (const factor of [0.6, 0.8, 1.25, 1.5]) {
      const normalVariance = 1 + factor * (best.normalVariance - 1);
      const other = await importanceSampledMoment({ ...options, normalVariance });
      // 4000 networks estimate an effective size of 1000 to about 10 %
      assert.ok(other.norm.effectiveSampleSize < 1.15 * best.norm.effectiveSampleSize);
    }
  }
});

test('a poor tilt gives a warning', async () => {
  const options = {
    activation: relu,
    width: 64,
    depth: 300,
    weightStd: 0.18,
    order: 3,
    networks: 500,
    seed: 1,
  };
  const { norm, coordinate } = await importanceSampledMoment({ ...options, normalVariance: 1 });
  assert.match(norm.warning!, /^effective sample size .* of 500: /);
  assert.match(coordinate.warning!, /^effective sample size .* of 500: /);
});

test('dead networks count as zero', async () => {
  const { norm } = await importanceSampledMoment({
    activation: relu,
    width: 1,
    depth: 3,
    weightStd: 1,
    order: 2,
    networks: 20000,
    seed: 1,
    input: 1,
  });
  // E x² = ½ per layer
  assert.ok(Math.abs(norm.logValue - Math.log(1 / 8)) < 3.5 * norm.relativeStandardError);
});

test('progress, abortion and the same numbers on worker threads', async () => {
  const options = { activation: relu, width: 16, depth: 200, weightStd: 0.36, order: 1, seed: 1 };
  const steps: [number, number][] = [];
  // about 130 ns per layer: 5000 networks use two threads, 500 use one
  const many = await importanceSampledMoment({
    ...options,
    networks: 5000,
    onProgress: (done, total) => steps.push([done, total]),
  });
  assert.deepEqual(steps.at(-1), [5000, 5000]);
  assert.ok(steps.length > 3 && steps.every(([done], i) => i === 0 || done > steps[i - 1]![0]));
  assert.deepEqual(await importanceSampledMoment({ ...options, networks: 5000 }), many);

  const reason = new Error('enough');
  const controller = new AbortController();
  const run = importanceSampledMoment({
    ...options,
    networks: 10 ** 5,
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await assert.rejects(run, (error) => error === reason);
  await assert.rejects(
    importanceSampledMoment({ ...options, networks: 2, signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
});

test('errors name the invalid argument', async () => {
  const options = { activation: relu, width: 4, depth: 2, weightStd: 1, order: 1, networks: 10, seed: 1 };
  const rejects = (change: object, message: RegExp) =>
    assert.rejects(importanceSampledMoment({ ...options, ...change }), message);
  await rejects({ activation: 'elu' }, /^TypeError: activation must be .*; got "elu"$/);
  await rejects({ width: 0 }, /^RangeError: width must be an integer in \[1, 1000000\]; got 0$/);
  await rejects({ depth: 0 }, /^RangeError: depth must be an integer in \[1, 1000000\]; got 0$/);
  await rejects({ weightStd: 0 }, /^RangeError: weightStd must lie in \(0, ∞\); got 0$/);
  await rejects({ order: 0 }, /^RangeError: order must lie in \(0, 1e\+100\]; got 0$/);
  await rejects({ networks: 1 }, /^RangeError: networks must be an integer in \[2, 100000000\]; got 1$/);
  await rejects({ seed: -1 }, /^RangeError: seed must be an integer in \[0, 2⁵³ − 1\]; got -1$/);
  await rejects({ input: 0 }, /^RangeError: input \(unless 'gaussian'\) must lie in \(0, ∞\); got 0$/);
  await rejects({ normalVariance: 0.9 }, /^RangeError: normalVariance must lie in \[1, 1000000\]; got 0.9$/);
  await rejects(
    { activation: leakyRelu(-2), normalVariance: 4 / 3 },
    /^RangeError: normalVariance must lie in \[1, 1\.3333333333333333\); got 1\.33/,
  );
  await rejects({ positiveProbability: 1 }, /^RangeError: positiveProbability must lie in \(0, 1\); got 1$/);
});
