import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { relu } from '../core/activations';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { Layer, TfLayersModel as LayersModel, TfTensor } from './modelGraph';
import { normals, type Symbolic, through } from './models.testData';

let tf: TensorFlow;
let inputs: TfTensor;
before(async () => {
  tf = (await loadTensorFlow()).tf;
  inputs = normals([64, 32], 1);
});

const dense = (name: string, more: object = {}): Layer =>
  tf.layers.dense({ units: 32, activation: 'relu', name, ...more });
const gain = (factor: number) => ({
  kernelInitializer: tf.initializers.randomNormal({ stddev: factor / Math.sqrt(32), seed: 1 }),
});
const input = () => tf.input({ shape: [32] });
const model = (from: Symbolic | Symbolic[], to: Symbolic | Symbolic[]): LayersModel =>
  tf.model({ inputs: from, outputs: to });
const kaiming = (of: LayersModel): LayersModel => {
  initializeModel(of, { scheme: 'kaimingNormal', seed: 1 });
  return of;
};
const report = (of: LayersModel, given: TfTensor | TfTensor[] = inputs) =>
  initializationReport(of, { inputs: given });

test('a shared layer is judged at every application and shown at its last', async () => {
  const x = input();
  const shared = dense('shared', { activation: 'linear', ...gain(3) });
  let y: Symbolic = x;
  for (let i = 0; i < 20; i++) y = through(shared, y);
  const deep = model(x, y);
  const { verdict, summary, layers } = await report(deep);
  assert.equal(verdict, 'exploding');
  assert.match(summary, /^The signal is exploding: from 'shared' on,/);
  assert.match(summary, /No prediction for 'shared': it is applied more than once\./);
  const output = Array.from(
    tf.tidy(() => (deep.predict(inputs) as TfTensor).norm('euclidean', 1).dataSync()),
    (norm) => Math.log(norm / Math.sqrt(32)),
  );
  const expected = output.reduce((sum, logNorm) => sum + logNorm / 64, 0);
  assert.ok(Math.abs(layers[0]!.logNorm.measured! - expected) < 1e-4); // float32, twenty layers
  assert.ok(layers[0]!.gradient.measured! < 1e-3); // that of a unit vector, where the model ends

  // the other way round, before a softmax
  const start = input();
  const shrinking = dense('shrinking', gain(0.3));
  let z: Symbolic = start;
  for (let i = 0; i < 20; i++) z = through(shrinking, z);
  const classifier = model(start, through(dense('head', { activation: 'softmax' }), z));
  assert.match((await report(classifier)).summary, /^The signal is vanishing: from 'shrinking' on,/);

  // an application that is healthy and comes last does not hide the others
  const [first, second] = [input(), input()];
  const body = dense('body', gain(3));
  let twin: Symbolic = first;
  for (let i = 0; i < 10; i++) twin = through(body, twin);
  const twins = model([first, second], [twin, through(body, second)]);
  assert.match((await report(twins, [inputs, inputs])).summary, /^The signal is exploding: from 'body' on,/);
});

test('every output of a model is looked at, and every part of one that is joined', async () => {
  const dying = async (join: (a: Symbolic, b: Symbolic) => Symbolic | Symbolic[]) => {
    const x = input();
    const hidden = through(dense('hidden'), x);
    const [a, b] = [dense('A'), dense('B', { activation: 'linear' })];
    const whole = kaiming(model(x, join(through(a, hidden), through(b, hidden))));
    assert.equal((await report(whole)).verdict, 'healthy');
    a.setWeights([tf.zeros([32, 32]), tf.zeros([32])]);
    const { verdict, summary, recommendation } = await report(whole);
    assert.equal(verdict, 'dead');
    assert.match(summary, /^Dead: the output of 'A' is zero for 100 % of the inputs\./);
    assert.deepEqual(recommendation, { scheme: 'kaimingNormal' });
  };
  await dying((a, b) => [a, b]);
  await dying((a, b) => [b, a]);
  await dying((a, b) => through(tf.layers.concatenate(), a, b));
  // an activation that belongs to the loss does not hide what it is applied to
  await dying((a, b) => [
    through(dense('probabilities', { units: 3, activation: 'softmax' }), a),
    through(tf.layers.activation({ activation: 'tanh' }), b),
  ]);
});

test('a branch that starts at zero is not a dead output', async () => {
  const x = input();
  const stream = through(dense('stream'), x);
  const branch = dense('branch', { activation: 'linear' });
  const sum = through(tf.layers.add(), stream, through(branch, stream));
  const whole = kaiming(model(x, through(dense('head', { units: 3, activation: 'softmax' }), sum)));
  branch.setWeights([tf.zeros([32, 32]), tf.zeros([32])]);
  assert.equal((await report(whole)).verdict, 'healthy');
});

test('a layer is compared with the inputs that it depends on', async () => {
  const towers = () => {
    const [a, b] = [input(), input()];
    return { inputs: [a, b], ends: [through(dense('a'), a), through(dense('b'), b)] };
  };
  const large = inputs.mul(100) as TfTensor;
  const apart = towers();
  const separate = kaiming(model(apart.inputs, apart.ends));
  for (const given of [
    [inputs, large],
    [large, inputs],
  ])
    assert.equal((await report(separate, given)).verdict, 'healthy');
  // Kaiming's weights keep the size of each tower's own input, within 4 spreads of a layer, √(5/128) each
  for (const { moment, smallShare } of (await report(separate, [inputs, large])).layers) {
    assert.ok(Math.abs(Math.log(moment.measured!)) < 0.8);
    assert.equal(smallShare.measured, 0);
  }

  const met = towers();
  const joined = through(tf.layers.concatenate(), ...met.ends);
  const end = dense('end');
  const together = kaiming(model(met.inputs, through(end, joined)));
  const ordinary = await report(together, [inputs, large]);
  assert.equal(ordinary.verdict, 'healthy');
  const [first, second] = together.inputs.map(({ name }) => name);
  assert.match(
    ordinary.summary,
    new RegExp(
      `^Healthy: .* of the inputs'; its log is −?0\\.\\d\\d at '${first}', 4\\.\\d\\d at '${second}' and`,
    ),
  );
  // ten times the larger input, and a tenth of the smaller: ln 100 + ln 10 = 6.9 and −ln 10 = −2.3
  const [kernel, bias] = end.getWeights() as [TfTensor, TfTensor];
  for (const [factor, message] of [
    [8, /^Healthy/],
    [
      20,
      new RegExp(`^The signal is exploding: .* above ten times its value at '${second}'; its log is 4\\.`),
    ],
    [0.02, /^Healthy/],
    [
      1e-4,
      new RegExp(`^The signal is vanishing: .* below a tenth of its value at '${first}'; its log is −?0\\.`),
    ],
  ] as const) {
    end.setWeights([kernel.mul(factor), bias]);
    assert.match((await report(together, [inputs, large])).summary, message);
  }
});

test('an input that joins the signal later is one of those that a layer is compared with', async () => {
  const [deep, wide] = [input(), input()];
  const joined = through(tf.layers.concatenate(), through(dense('deep'), deep), wide);
  const whole = kaiming(model([deep, wide], through(dense('end'), joined)));
  assert.equal((await report(whole, [inputs, inputs.mul(100)])).verdict, 'healthy');
});

test('of several inputs one may be zero', async () => {
  const ends = [input(), input()];
  const separate = kaiming(model(ends, [through(dense('a'), ends[0]!), through(dense('b'), ends[1]!)]));
  const zero = tf.zeros([64, 32]);
  for (const given of [
    [zero, inputs],
    [inputs, zero],
  ]) {
    const { verdict, inputLogNorm } = await report(separate, given);
    assert.equal(verdict, 'healthy');
    assert.ok(Math.abs(inputLogNorm) < 0.1); // 2048 normal numbers: 4 standard errors of the log-norm are 0.06
  }
  for (const wrong of [zero, tf.fill([64, 32], Number.NaN)])
    await assert.rejects(
      report(separate, [wrong, wrong]),
      /^RangeError: inputs must be finite and not all zero/,
    );
  await assert.rejects(
    report(separate, [inputs, tf.fill([64, 32], Infinity)]),
    /^RangeError: inputs must be/,
  );
});

test('after a normalization in one tower, the other is still compared with its input', async () => {
  const [a, b] = [input(), input()];
  const [normal, plain] = [dense('normal'), dense('plain', gain(30))];
  const normalized = through(tf.layers.batchNormalization(), through(normal, a));
  const whole = model([a, b], [through(dense('end'), normalized), through(plain, b)]);
  const { verdict, summary } = await report(whole, [inputs.mul(1000), inputs]);
  assert.equal(verdict, 'exploding');
  assert.match(summary, new RegExp(`from 'plain' on, .* above ten times its value at '${b.name}'`));
  plain.setWeights([tf.zeros([32, 32]), tf.fill([32], 1)]);
  assert.equal((await report(whole, [inputs.mul(1000), inputs])).verdict, 'healthy');
});

test('at the output, layers that only rearrange may follow an activation that belongs to the loss', async () => {
  const { reshape, flatten, permute, concatenate, activation } = tf.layers;
  const sigmoid = (name: string) => dense(name, { units: 16, activation: 'sigmoid' });
  const padded = () => tf.layers.zeroPadding2d({ padding: 1 });
  const image = () => reshape({ targetShape: [4, 4, 1] });
  const chain = (x: Symbolic, ...layers: Layer[]) => layers.reduce((y, layer) => through(layer, y), x);
  for (const end of [
    (x: Symbolic) => chain(x, sigmoid('a'), image(), padded(), flatten()),
    (x: Symbolic) =>
      chain(x, dense('a', { units: 16, activation: 'linear' }), activation({ activation: 'tanh' }), image()),
    (x: Symbolic) => chain(x, sigmoid('a'), image(), permute({ dims: [2, 1, 3] })),
    (x: Symbolic) =>
      chain(
        through(concatenate(), chain(x, sigmoid('a')), chain(x, sigmoid('b'))),
        reshape({ targetShape: [32, 1] }),
      ),
  ]) {
    const x = input();
    const whole = model(x, end(through(dense('hidden'), x)));
    const drawn = initializeModel(whole, { scheme: 'kaimingNormal', seed: 1 });
    assert.deepEqual(
      drawn.map(({ activation: law }) => law!.lower),
      [relu.lower, ...drawn.slice(1).map(() => 1)],
    );
    assert.equal((await report(whole)).verdict, 'healthy');
  }
  // but not a layer with weights, or another activation
  for (const after of [dense('after'), tf.layers.leakyReLU()]) {
    const x = input();
    const whole = model(x, chain(x, sigmoid('a'), image(), flatten(), after));
    assert.throws(
      () => initializeModel(whole, { scheme: 'kaimingNormal', seed: 1 }),
      /^RangeError: layer 'a' has the activation sigmoid/,
    );
  }
});
