import assert from 'node:assert/strict';
import { test } from 'node:test';
import gamma from '@stdlib/math-base-special-gamma';
import fc from 'fast-check';
import { type RandomStream, randomStream } from '../core/random';
import { absoluteMoment, logAbsoluteMoment } from './absoluteMoment';
import { isClose, laws, reference, sampleOf } from './testData';

const { normal, shifted } = reference.samples;

test("moments, standard errors and effective sizes are NumPy's", () => {
  for (const { order, value, standardError, effectiveSampleSize } of reference.moments) {
    const found = absoluteMoment(normal, order);
    // 40 terms: a few ulp
    assert.ok(isClose(found.value, value, 1e-14));
    assert.ok(isClose(found.standardError, standardError, 1e-13));
    assert.ok(isClose(found.effectiveSampleSize, effectiveSampleSize, 1e-13));
  }
});

test("weighted moments far beyond a double's range are SciPy's", () => {
  // 1000 times normal logarithms: terms up to e^±6000; an error of 1 ulp of 6000 is 1e-12 of the moment
  const logSample = normal.map((x) => 1000 * x);
  const logWeights = shifted.slice(0, 40);
  for (const { order, logValue, relativeStandardError } of reference.logMoments) {
    const found = logAbsoluteMoment(logSample, order, { logWeights });
    assert.ok(isClose(found.logValue, logValue, 1e-15), `${found.logValue} against ${logValue}`);
    assert.ok(isClose(found.relativeStandardError, relativeStandardError, 1e-11));
  }
});

test('linear and log scale agree, and a factor on X is a factor on the moment', () => {
  const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 });
  const order = fc.double({ min: 0.1, max: 8, noNaN: true });
  fc.assert(
    fc.property(sample, order, (xs, p) => {
      fc.pre(xs.some((x) => Math.abs(x) > 1e-30));
      const direct = absoluteMoment(xs, p);
      const logs = xs.map((x) => Math.log(Math.abs(x)));
      const inLogs = logAbsoluteMoment(logs, p);
      // |log x| ≤ 70 + order 8: 600 ulp
      assert.ok(isClose(Math.exp(inLogs.logValue), direct.value, 1e-12));
      assert.ok(isClose(inLogs.effectiveSampleSize, direct.effectiveSampleSize, 1e-11));
      assert.equal(inLogs.warning === undefined, direct.warning === undefined);
      const shift = logAbsoluteMoment(
        logs.map((x) => x + 5000),
        p,
      );
      assert.ok(Math.abs(shift.logValue - inLogs.logValue - 5000 * p) < 1e-10);
    }),
    { seed: 20051878, numRuns: 300 },
  );
});

/** E|g|^order of a standard normal g. */
const normalMoment = (order: number) => (2 ** (order / 2) * gamma((order + 1) / 2)) / Math.sqrt(Math.PI);

/** E|t|^order of Student's t, order < degrees. */
const studentMoment = (degrees: number, order: number) =>
  (degrees ** (order / 2) * gamma((order + 1) / 2) * gamma((degrees - order) / 2)) /
  (Math.sqrt(Math.PI) * gamma(degrees / 2));

interface Case {
  name: string;
  law: (random: RandomStream) => () => number;
  order: number;
  truth: number;
}

const pareto = (index: number, order: number): Case => ({
  name: `Pareto ${index}`,
  law: (random) => laws.pareto(random, index),
  order,
  truth: index / (index - order),
});
const logNormal = (deviation: number, order: number): Case => ({
  name: `log-normal ${deviation}`,
  law: (random) => laws.logNormal(random, deviation),
  order,
  truth: Math.exp((order * deviation) ** 2 / 2),
});
const student = (degrees: number, order: number): Case => ({
  name: `t with ${degrees} degrees`,
  law: (random) => laws.studentT(random, degrees),
  order,
  truth: studentMoment(degrees, order),
});
const gaussian = (order: number): Case => ({
  name: 'normal',
  law: laws.normal,
  order,
  truth: normalMoment(order),
});

function repeated({ law, order, truth }: Case, size: number, repetitions: number, stream: number) {
  const draw = law(randomStream(20051878, stream));
  const runs = Array.from({ length: repetitions }, () => absoluteMoment(sampleOf(size, draw), order));
  const share = (condition: (run: (typeof runs)[number]) => boolean) =>
    runs.filter(condition).length / repetitions;
  return {
    covered: share((run) => Math.abs(run.value - truth) < 1.959964 * run.standardError),
    warned: share((run) => run.warning !== undefined),
    size: runs.map((run) => run.effectiveSampleSize).sort((a, b) => a - b)[repetitions >> 1]!,
  };
}

test('intervals cover if the effective size exceeds 100 and the moment of twice the order is finite', () => {
  const lightTails = [
    gaussian(0.5),
    gaussian(1),
    gaussian(3),
    student(9, 1),
    pareto(6, 1),
    logNormal(0.5, 2),
  ];
  const heavyTails = [gaussian(4), student(5, 2), student(9, 3), pareto(3, 1), logNormal(0.7, 2)];
  for (const [index, law] of [...lightTails, ...heavyTails].entries()) {
    const { covered, warned, size } = repeated(law, 3000, 300, index);
    const name = `${law.name}, order ${law.order}: covered ${covered}, warned ${warned}, size ${size}`;
    assert.ok(size > 100, name);
    assert.ok(covered >= 0.9 && covered <= 0.98, name);
    // heavy tails may give a warning, light ones must not
    if (index < lightTails.length) assert.ok(warned < 0.02, name);
  }
});

test('otherwise a warning appears', () => {
  const cases: [Case, number][] = [
    [gaussian(8), 300],
    [logNormal(1, 3), 2000], // true effective size 0.5
    [logNormal(2.5, 1), 1000],
    [pareto(1.5, 1), 3000], // no variance
    [pareto(3, 2), 3000],
    [pareto(1.2, 1), 300],
    [student(3, 2), 3000],
    [student(2, 1.5), 10000],
  ];
  for (const [index, [law, size]] of cases.entries()) {
    const { covered, warned } = repeated(law, size, 200, 100 + index);
    const name = `${law.name}, order ${law.order}, n = ${size}: covered ${covered}, warned ${warned}`;
    assert.ok(covered < 0.9, name); // the warning is justified
    assert.ok(warned > 0.9, name);
  }
});

test('importance sampling gives the moment of a distribution that was not sampled', () => {
  // normal moments of order 20 from N(0, 21), the variance at which |x|^20 times the ratio is flattest
  const random = randomStream(20051878, 200);
  const variance = 21;
  const sample = sampleOf(20000, () => Math.sqrt(variance) * random.normal());
  const logWeights = sample.map((x) => Math.log(variance) / 2 - (x * x) / 2 + (x * x) / (2 * variance));
  const logSample = sample.map((x) => Math.log(Math.abs(x)));
  const found = logAbsoluteMoment(logSample, 20, { logWeights });
  const error = found.logValue - Math.log(normalMoment(20));
  // the deviation must be within 3 standard errors, and these must be small
  assert.ok(Math.abs(error) < 3 * found.relativeStandardError && found.relativeStandardError < 0.02);
  assert.equal(found.warning, undefined);
  assert.notEqual(
    logAbsoluteMoment(
      sample.map(() => Math.log(Math.abs(random.normal()))),
      20,
    ).warning,
    undefined,
  );
});

test('zeros, negative values, equal values and typed arrays', () => {
  assert.deepEqual(absoluteMoment([0, 0, 0], 2), {
    value: 0,
    standardError: 0,
    effectiveSampleSize: 0,
    warning: absoluteMoment([0, 0, 0], 2).warning,
  });
  assert.match(absoluteMoment([0, 0, 0], 2).warning!, /^effective sample size 0 of 3: /);
  const dead = logAbsoluteMoment([-Infinity, -Infinity], 1);
  assert.equal(dead.logValue, -Infinity);
  assert.equal(dead.relativeStandardError, Infinity);
  assert.equal(dead.effectiveSampleSize, 0);
  assert.equal(absoluteMoment([0, 2, 0, 2], 1).value, 1);
  assert.equal(absoluteMoment([-3, 3], 2).value, 9);
  const equal = absoluteMoment(new Float32Array(200).fill(-3), 2);
  assert.deepEqual(equal, { value: 9, standardError: 0, effectiveSampleSize: 200 });
  const noWeight = logAbsoluteMoment([0, 5], 1, { logWeights: [0, -Infinity] });
  assert.equal(noWeight.logValue, Math.log(0.5));
});

test('an extreme factor does not change the digits', () => {
  const tiny = absoluteMoment([1e-160, 3e-160], 2); // squares of the squares underflow
  assert.ok(isClose(tiny.value, 5e-320, 1e-3)); // a subnormal number has 4 digits here
  const huge = absoluteMoment([2 ** 510, 2 ** 511], 2);
  assert.equal(huge.value, 2.5 * 2 ** 1020);
  assert.ok(huge.standardError < Infinity);
});

test('errors name the invalid argument', () => {
  assert.throws(() => absoluteMoment([1], 1), /^RangeError: sample must hold at least 2 numbers; got 1$/);
  assert.throws(() => absoluteMoment([1, NaN], 1), /^RangeError: sample\[1\] must be finite; got NaN$/);
  assert.throws(
    () => absoluteMoment([1, Infinity], 1),
    /^RangeError: sample\[1\] must be finite; got Infinity$/,
  );
  assert.throws(
    () => logAbsoluteMoment([-1e300, -2e300], 1e10),
    /^RangeError: order · logSample must lie in the range of a double; got order 10000000000 and logSample\[0\] = -1e\+300$/,
  );
  assert.throws(
    () => logAbsoluteMoment([1, 2], 1, { weights: [1, 1] } as never),
    /^TypeError: options may have logWeights; got "weights"$/,
  );
  assert.throws(() => absoluteMoment([1, 2], 0), /^RangeError: order must lie in \(0, ∞\); got 0$/);
  assert.throws(() => absoluteMoment([1e200, 2], 2), /^RangeError: \|sample\|\^order must lie in the range/);
  assert.throws(() => absoluteMoment([1e-200, 0], 2), /^RangeError: \|sample\|\^order must lie in the range/);
  assert.throws(
    () => logAbsoluteMoment([], 1),
    /^RangeError: logSample must hold at least 2 numbers; got 0$/,
  );
  assert.throws(
    () => logAbsoluteMoment([0, Infinity], 1),
    /^RangeError: logSample\[1\] must be finite or -Infinity/,
  );
  assert.throws(
    () => logAbsoluteMoment([0, 1e308], 9),
    /^RangeError: order · logSample must lie in the range/,
  );
  assert.throws(
    () => logAbsoluteMoment([0, 1], 1, { logWeights: [0, 0, 0] }),
    /^RangeError: logWeights must hold one number per sample \(2\); got 3$/,
  );
  assert.throws(
    () => logAbsoluteMoment([0, 1], 1, { logWeights: [0, NaN] }),
    /^RangeError: logWeights\[1\] must be finite or -Infinity; got NaN$/,
  );
});
