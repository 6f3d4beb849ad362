import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { linear, relu } from '../core/activations';
import { kaimingNormal, momentPreserving } from '../tensorflow/initializers';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { TfLayersModel as LayersModel } from './modelGraph';
import { normals, type Symbolic, through } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

type Kernel = ReturnType<TensorFlow['initializers']['zeros']>;
const gain = (factor: number, seed: number): Kernel =>
  tf.initializers.randomNormal({ stddev: factor / Math.sqrt(32), seed: seed + 1 });

function plain(
  depth: number,
  kernel: (layer: number) => Kernel,
  more: (layer: number) => object = () => ({}),
): LayersModel {
  const layer = (i: number) =>
    tf.layers.dense({
      units: 32,
      activation: 'relu',
      inputShape: [32],
      kernelInitializer: kernel(i),
      ...more(i),
    });
  return tf.sequential({ layers: Array.from({ length: depth }, (_, i) => layer(i)) });
}

const report = (model: LayersModel) => initializationReport(model, { inputs: normals([8, 32], 1) });

test('what is recommended makes the model healthy', async () => {
  for (const [depth, factor] of [
    [10, 3],
    [20, 0.5],
    [150, 1],
  ] as const) {
    const model = plain(depth, (i) => gain(factor, i));
    const { verdict, recommendation } = await report(model);
    assert.notEqual(verdict, 'healthy');
    initializeModel(model, { ...recommendation!, seed: 3 });
    assert.equal((await report(model)).verdict, 'healthy');
  }
});

test('the call that is printed has the activations that the report was given', async () => {
  const model = plain(
    10,
    (i) => gain(0.3, i),
    () => ({ activation: 'elu' }),
  );
  const activations = Object.fromEntries(model.layers.map(({ name }) => [name, linear]));
  const { summary } = await initializationReport(model, { inputs: normals([8, 32], 1), activations });
  assert.match(summary, /Recommended: initializeModel\(model, \{ scheme: 'kaimingNormal', activations \}\);/);
});

test('what was just applied is not recommended, whatever the seed', async () => {
  // a last layer that no scheme draws makes the signal explode
  const model = plain(4, (i) => gain(0.5, i));
  const whole = tf.sequential({
    layers: [
      ...model.layers,
      tf.layers.dense({ units: 32, kernelInitializer: gain(100, 9), trainable: false }),
    ],
  });
  for (const seed of [1, 2, 3]) {
    initializeModel(whole, { scheme: 'kaimingNormal', seed });
    const { verdict, recommendation, summary } = await report(whole);
    assert.equal(verdict, 'exploding');
    assert.equal(recommendation, undefined);
    assert.match(
      summary,
      /No scheme is recommended: the kernels already have the standard deviations of 'kaimingNormal'\./,
    );
  }
});

test('a scheme that does not help is not recommended, with what happened', async () => {
  const base = plain(2, (i) => gain(40, i));
  base.trainable = false;
  const model = tf.sequential({ layers: [base, ...plain(3, (i) => gain(1, i)).layers] });
  const { verdict, recommendation, summary } = await report(model);
  assert.equal(verdict, 'exploding');
  assert.equal(recommendation, undefined);
  assert.match(
    summary,
    /No scheme is recommended: 'kaimingNormal' was tried and does not help\. The signal is exploding: from/,
  );
  model.trainable = false;
  assert.match((await report(model)).summary, /No scheme is recommended: all kernels are frozen\./);
});

test('biases alone can be the cause', async () => {
  const model = plain(
    3,
    (layer) => kaimingNormal({ activation: relu, seed: 1, layer }) as unknown as Kernel,
    (i) => ({ name: `layer_${i}`, biasInitializer: tf.initializers.constant({ value: i === 1 ? -100 : 0 }) }),
  );
  const { verdict, recommendation, summary } = await report(model);
  assert.equal(verdict, 'dead');
  assert.equal(recommendation, undefined);
  assert.match(
    summary,
    /already have the standard deviations of 'kaimingNormal'\. Set the biases of 'layer_1' to zero: /,
  );
});

test('schemes close to one another are told apart by many weights', async () => {
  // s = 0.4 instead of s = 2: 3.5 % in each of 120 layers of 1024 weights, whose own error is 2 %
  const model = plain(
    120,
    (layer) => kaimingNormal({ activation: relu, seed: 4, layer }) as unknown as Kernel,
  );
  const { recommendation } = await report(model);
  assert.equal(recommendation?.scheme, 'momentPreserving');
  const applied = plain(
    120,
    (layer) => momentPreserving({ s: 0.4, activation: relu, seed: 4, layer }) as unknown as Kernel,
  );
  assert.equal((await report(applied)).verdict, 'healthy');
});

test('the depth is that of the longest path, not the number of layers', async () => {
  // 8 levels of 4 branches: 32 layers, of which 8 lie on a path; at s = 2 each ReLU layer of width 8 loses 0.19
  const input = tf.input({ shape: [32] });
  let x: Symbolic = input;
  for (let level = 0; level < 8; level++) {
    const branches = [0, 1, 2, 3].map((i) =>
      through(tf.layers.dense({ units: 8, kernelInitializer: gain(0.3, 4 * level + i) }), x),
    );
    x = through(tf.layers.reLU(), through(tf.layers.concatenate(), ...branches));
  }
  const { summary } = await report(tf.model({ inputs: input, outputs: x }));
  const [, change] = /over the depth is −(\d\.\d\d)/.exec(summary)!;
  assert.ok(Number(change) < 1.2, summary);
});

test('what a constraint would change is neither drawn nor recommended', async () => {
  const constrained = (kernelConstraint: object) =>
    plain(
      10,
      (i) => gain(0.1, i),
      (i) => ({ name: `layer_${i}`, kernelConstraint }),
    );
  const { maxNorm, minMaxNorm, nonNeg, unitNorm } = tf.constraints;
  for (const [constraint, kind] of [
    [maxNorm({ maxValue: 1 }), 'MaxNorm'], // Kaiming's columns have norm √2
    [minMaxNorm({ maxValue: 1 }), 'MinMaxNorm'],
    [nonNeg(), 'NonNeg'],
    [unitNorm({}), 'UnitNorm'],
  ] as const) {
    const model = constrained(constraint);
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const inputs = normals([8, 32], 1);
    const tensors = tf.memory().numTensors;
    const message = new RegExp(
      `layer 'layer_0': its constraint ${kind} changes the kernel that is drawn: remove the constraint, or set the weights of layer 'layer_0' yourself and pass keep: \\['layer_0'\\]`,
    );
    assert.throws(() => initializeModel(model, { scheme: 'kaimingNormal', seed: 1 }), message);
    const { verdict, recommendation, summary } = await initializationReport(model, { inputs });
    assert.equal(verdict, 'vanishing');
    assert.equal(recommendation, undefined);
    assert.match(summary, new RegExp(`No scheme is recommended: ${message.source}\\.`));
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(
      model.getWeights().map((weight) => Array.from(weight.dataSync())),
      before,
    );
    const keep = model.layers.map(({ name }) => name);
    assert.deepEqual(initializeModel(model, { scheme: 'kaimingNormal', seed: 1, keep }), []);
  }
  // one that leaves the kernels as they are is no reason against a scheme
  const loose = constrained(maxNorm({ maxValue: 5 }));
  const { recommendation } = await report(loose);
  initializeModel(loose, { ...recommendation!, seed: 2 });
  assert.equal((await report(loose)).verdict, 'healthy');
});

test('where much depends on the draw, a scheme is recommended only if three draws are healthy', async () => {
  // of 60 layers of width 8, each is dead with probability 2⁻⁸: one network in five, and half of all triples
  const narrow = (seed: number) =>
    initializationReport(
      tf.sequential({
        layers: Array.from({ length: 60 }, (_, i) =>
          tf.layers.dense({ units: 8, activation: 'relu', kernelInitializer: gain(1, i), inputShape: [8] }),
        ),
      }),
      { inputs: normals([4, 8], 1), seed },
    );
  const outcomes = { always: 0, sometimes: 0, never: 0 };
  for (let seed = 0; seed < 12; seed++) {
    const { summary, recommendation } = await narrow(seed);
    const outcome = /healthy when this was tried with 3 seeds\./.test(summary)
      ? 'always'
      : /'momentPreserving' was tried and does not always help\. /.test(summary)
        ? 'sometimes'
        : 'never';
    assert.equal(recommendation !== undefined, outcome === 'always');
    if (outcome === 'never') assert.match(summary, /'momentPreserving' was tried and does not help\. /);
    outcomes[outcome]++;
  }
  assert.ok(outcomes.always > 0 && outcomes.sometimes > 0, JSON.stringify(outcomes));

  const { summary } = await report(plain(10, (i) => gain(0.3, i)));
  assert.match(summary, /the model was healthy when this was tried\.$/m); // once: its spread is 0.6
});
