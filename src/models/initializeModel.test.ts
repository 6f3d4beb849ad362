import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { momentPreserving } from '../tensorflow/initializers';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { momentPreservingStd } from '../theory/std';
import { initializeModel } from './initializeModel';
import type { TfLayersModel as LayersModel } from './modelGraph';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

type Layers = ReturnType<TensorFlow['sequential']>['layers'];

/** A sequential model; the first layer must have the input shape. */
const stack = (...layers: Layers): LayersModel => tf.sequential({ layers });
const dense = (units: number, activation?: string, name?: string): Layers[number] =>
  tf.layers.dense({
    units,
    inputShape: [6],
    ...(activation && { activation: activation as 'relu' }),
    ...(name && { name }),
  });

const kernelsOf = (model: LayersModel) => model.getWeights().map((weight) => Array.from(weight.dataSync()));
const laws = (model: LayersModel, options = {}): (Activation | undefined)[] =>
  initializeModel(model, { scheme: 'kaimingNormal', seed: 1, ...options }).map(
    ({ activation }) => activation,
  );

/** A law without the difference between a frozen value and a plain one. */
const assertLaws = (actual: (Activation | undefined)[], expected: Activation[]) =>
  assert.deepEqual(
    actual.map((law) => ({ ...law })),
    expected.map((law) => ({ ...law })),
  );

test('an activation is read from the layer or a separate one, with its dropout', () => {
  const model = stack(
    dense(8, 'relu'),
    dense(8),
    tf.layers.activation({ activation: 'relu' }),
    dense(8),
    tf.layers.leakyReLU({ alpha: 0.25 }),
    dense(8),
    tf.layers.leakyReLU(),
    tf.layers.dropout({ rate: 0.25 }),
    dense(8),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.reLU(),
    dense(8, 'linear'),
    tf.layers.prelu({ alphaInitializer: tf.initializers.constant({ value: 0.5 }) }),
    dense(3, 'softmax'),
  );
  assertLaws(laws(model), [
    relu,
    relu,
    leakyRelu(0.25),
    dropout(leakyRelu(0.3), { rate: 0.25 }), // 0.3 is TensorFlow.js' default
    dropout(relu, { rate: 0.5 }),
    leakyRelu(0.5),
    linear,
  ]);
});

test('pooling, normalization, padding and shapes are passed through', () => {
  const model = stack(
    tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [12, 12, 1] }),
    tf.layers.batchNormalization(),
    tf.layers.reLU(),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.dropout({ rate: 0.1 }),
    tf.layers.zeroPadding2d({ padding: 1 }),
    tf.layers.depthwiseConv2d({ kernelSize: 3 }),
    tf.layers.separableConv2d({ filters: 5, kernelSize: 3, activation: 'relu' }),
    tf.layers.flatten(),
    dense(4),
    tf.layers.softmax(),
  );
  const drawn = initializeModel(model, { scheme: 'lyapunov', seed: 2 });
  assertLaws(
    drawn.map(({ activation }) => activation),
    [dropout(relu, { rate: 0.1 }), linear, linear, relu, linear],
  );
  assert.deepEqual(
    drawn.map(({ layer, number }) => [layer, number]),
    [0, 6, 7, 7, 9].map((layer, number) => [model.layers[layer]!.name, number]),
  );
});

test('the kernels are those of the initializer, layer by layer, and nothing else changes', () => {
  const model = stack(dense(8, 'relu'), tf.layers.batchNormalization(), dense(3));
  model.layers[0]!.setWeights([tf.zeros([6, 8]), tf.fill([8], 7)]);
  const [, bias] = kernelsOf(model);
  initializeModel(model, { scheme: 'momentPreserving', s: 0.5, method: 'expansion', seed: 3 });
  const values = kernelsOf(model);
  const expected = (shape: number[], activation: Activation, layer: number) =>
    Array.from(
      momentPreserving({ s: 0.5, method: 'expansion', activation, seed: 3, layer }).apply(shape).dataSync(),
    );
  assert.deepEqual(values[0], expected([6, 8], relu, 0));
  assert.deepEqual(values[1], bias);
  assert.deepEqual(
    model.layers[2]!.getWeights().map((weight) => Array.from(weight.dataSync()))[0],
    expected([8, 3], linear, 1),
  );
  // and so have the standard deviation of theory: 48 weights, 4 standard errors of their variance
  const variance = values[0]!.reduce((sum, x) => sum + x * x, 0) / 48;
  const sigma = momentPreservingStd({ s: 0.5, method: 'expansion', activation: relu, fanIn: 6, fanOut: 8 });
  assert.ok(Math.abs(variance / sigma ** 2 - 1) < 4 * Math.sqrt(2 / 48));
});

test('layers of one shape differ, the same seed repeats, no tensor is left behind', () => {
  const model = stack(dense(6, 'relu'), dense(6, 'relu'));
  initializeModel(model, { scheme: 'xavierNormal', seed: 0 });
  const tensors = tf.memory().numTensors;
  const first = kernelsOf(model);
  assert.notDeepEqual(first[0], first[2]);
  initializeModel(model, { scheme: 'xavierNormal', seed: 1 });
  assert.notDeepEqual(kernelsOf(model), first);
  initializeModel(model, { scheme: 'xavierNormal', seed: 0 });
  assert.deepEqual(kernelsOf(model), first);
  assert.equal(tf.memory().numTensors, tensors);
});

test('branches, sums and models inside the model are read', () => {
  const input = tf.input({ shape: [6] });
  const inner = stack(dense(6, 'relu', 'inner_1'), dense(6, undefined, 'inner_2'));
  const shared = tf.layers.dense({ units: 6, name: 'before' }).apply(input);
  const left = tf.layers.leakyReLU({ alpha: 0.1 }).apply(shared);
  const right = tf.layers.leakyReLU({ alpha: 0.1 }).apply(shared);
  const after = inner.apply(left) as typeof shared;
  const activated = tf.layers.reLU().apply(after);
  const sum = tf.layers.add().apply([activated, right] as never);
  const output = tf.layers.dense({ units: 2, activation: 'sigmoid', name: 'after' }).apply(sum);
  const model = tf.model({ inputs: input, outputs: output as never });
  const drawn = initializeModel(model, { scheme: 'kaimingNormal', seed: 1 });
  assert.deepEqual(
    drawn.map(({ layer }) => layer),
    ['before', 'inner_1', 'inner_2', 'after'],
  );
  assertLaws(
    drawn.map(({ activation }) => activation),
    [leakyRelu(0.1), relu, relu, linear],
  );
});

test('a model that shares layers with another is read by its own', () => {
  const base = stack(dense(6, undefined, 'first'), tf.layers.reLU(), dense(6));
  const other = tf.model({
    inputs: base.inputs,
    outputs: tf.layers.leakyReLU({ alpha: 0.7 }).apply(base.layers[0]!.output) as never,
  });
  assertLaws(laws(base), [relu, linear]);
  assertLaws(laws(other), [leakyRelu(0.7)]);
});

test('frozen layers and those in keep stay, and are numbered', () => {
  const model = stack(dense(6, 'relu', 'a'), dense(6, 'relu', 'b'), dense(6, 'relu', 'c'), dense(6));
  model.layers[0]!.trainable = false;
  const before = kernelsOf(model);
  const drawn = initializeModel(model, { scheme: 'kaimingNormal', seed: 1, keep: ['c'] });
  assert.deepEqual(
    drawn.map(({ number }) => number),
    [1, 3],
  );
  const after = kernelsOf(model);
  for (const layer of ['a', 'c']) {
    const [kernel] = model.getLayer(layer).getWeights();
    const i = model.getWeights().findIndex((weight) => weight.dataId === kernel!.dataId);
    assert.deepEqual(after[i], before[i]);
  }
});

test('a layer that cannot be read is named, with what to pass, and the model is not changed', () => {
  const refused = (model: LayersModel, options: object, message: RegExp) => {
    const before = kernelsOf(model);
    assert.throws(() => initializeModel(model, { scheme: 'kaimingNormal', seed: 1, ...options }), {
      name: 'RangeError',
      message,
    });
    assert.deepEqual(kernelsOf(model), before);
  };
  const tanh = stack(dense(6, 'relu'), dense(6, 'tanh', 'odd'), dense(2));
  refused(
    tanh,
    {},
    /^layer 'odd' has the activation tanh: pass activations: \{ 'odd': … \} with the closest activation: .*; or set the weights of layer 'odd' yourself and pass keep: \['odd'\]$/,
  );
  assertLaws(laws(tanh, { activations: { odd: leakyRelu(0.5) } }), [relu, leakyRelu(0.5), linear]);
  assertLaws(laws(tanh, { keep: ['odd'] }), [relu, linear]);
  initializeModel(tanh, { scheme: 'xavierNormal', seed: 1 }); // needs no law

  const noise = stack(dense(6), tf.layers.gaussianNoise({ stddev: 1, name: 'noise' }), dense(2));
  refused(noise, {}, /^layer 'noise' is of type GaussianNoise: pass activations: \{ 'noise': … \}/);
  assertLaws(laws(noise, { activations: { noise: rrelu(0.1, 0.3) } }), [rrelu(0.1, 0.3), linear]);

  refused(stack(dense(6), tf.layers.elu({ name: 'elu' }), dense(2)), {}, /^layer 'elu' is of type ELU: pass/);
  refused(
    stack(dense(6), tf.layers.reLU({ maxValue: 6, name: 'six' }), dense(2)),
    {},
    /^layer 'six' is of type ReLU/,
  );
  refused(
    stack(dense(6), tf.layers.leakyReLU({ alpha: 0.1 }), tf.layers.leakyReLU({ name: 'twice' }), dense(2)),
    {},
    /^layer 'twice' follows another activation: pass/,
  );
  refused(
    stack(tf.layers.lstm({ units: 3, inputShape: [4, 5], name: 'memory' }), dense(2)),
    {},
    /^layer 'memory' is of type LSTM, and there is no theory for recurrent kernels: choose its kernelInitializer and recurrentInitializer yourself and pass keep: \['memory'\]$/,
  );
  const input = tf.input({ shape: [6] });
  const fork = tf.layers.dense({ units: 6, name: 'fork' }).apply(input);
  const outputs = [tf.layers.reLU().apply(fork), tf.layers.leakyReLU().apply(fork)];
  refused(
    tf.model({ inputs: input, outputs: outputs as never }),
    {},
    /^layer 'fork' feeds layers with different activations: pass activations: \{ 'fork': … \} with .*; or set the weights of layer 'fork' yourself and pass keep: \['fork'\]$/,
  );
  const leaky = stack(dense(6, undefined, 'leaky'), tf.layers.leakyReLU(), dense(2));
  refused(
    leaky,
    { scheme: 'randomWalk' },
    /^layer 'leaky': random-walk initialization is known for linear and relu only/,
  );
});

test('bad arguments are refused', () => {
  const model = stack(dense(6, 'relu', 'only'));
  const refused = (given: unknown, options: object, name: string, message: RegExp) =>
    assert.throws(
      () => initializeModel(given as LayersModel, { scheme: 'kaimingNormal', seed: 1, ...options } as never),
      { name, message },
    );
  refused(
    model,
    { scheme: 'best' },
    'RangeError',
    /^scheme must be one of 'momentPreserving', .*; got "best"$/,
  );
  refused(
    model,
    { scheme: 'momentPreserving' },
    'TypeError',
    /^s must be a number in \[0.01, 2\]; got undefined$/,
  );
  refused(model, { s: 1 }, 'TypeError', /^'kaimingNormal' takes no parameters of its own; got s$/);
  refused(model, { seed: -1 }, 'RangeError', /^seed must be an integer in \[0, 2⁵³ − 1\]; got -1$/);
  refused(
    model,
    { keep: ['none'] },
    'RangeError',
    /^keep must name layers of the model \(only\); got "none"$/,
  );
  refused(
    model,
    { activations: { none: relu } },
    'RangeError',
    /^activations must name layers of the model \(only\); got "none"$/,
  );
  refused(model, { activations: { only: 5 } }, 'TypeError', /^activations\['only'\] must be linear, relu /);
  refused(
    stack(dense(6), tf.layers.dropout({ rate: 1, name: 'all' }), dense(2)),
    {},
    'RangeError',
    /^layer 'all': rate must lie in \[0, 1\); got 1$/,
  );
  refused(
    stack(dense(6), tf.layers.leakyReLU({ alpha: 1e-60, name: 'leaky' }), dense(2)),
    {},
    'RangeError',
    /^layer 'leaky': negativeSlope must be 0 or have a magnitude in/,
  );
  const broken = stack(dense(6), tf.layers.prelu({ name: 'prelu' }), dense(2));
  broken.getLayer('prelu').setWeights([tf.fill([6], Number.NaN)]);
  refused(broken, {}, 'RangeError', /^layer 'prelu': negativeSlope must lie in \(-∞, ∞\); got NaN$/);
  assert.equal(initializeModel(model, { scheme: 'kaimingNormal', s: undefined, seed: 1 } as never).length, 1);
  refused({}, {}, 'TypeError', /^model must be a layers model/);
  refused(undefined, {}, 'TypeError', /^model must be a layers model/);
  refused(tf.sequential(), {}, 'RangeError', /^model must have at least one layer; got an empty model$/);
});

test('without a seed, one is drawn and named, and draws the same kernels again', () => {
  const model = stack(dense(8, 'relu'), dense(8));
  const [first, second] = [0, 1].map(() => initializeModel(model, { scheme: 'kaimingNormal' }));
  const kernels = kernelsOf(model);
  const { seed } = second![0]!;
  assert.ok(second!.every((kernel) => kernel.seed === seed));
  assert.notEqual(first![0]!.seed, seed); // equal once in 2⁵³
  initializeModel(model, { scheme: 'kaimingNormal', seed: 1 });
  assert.notDeepEqual(kernelsOf(model), kernels);
  initializeModel(model, { scheme: 'kaimingNormal', seed });
  assert.deepEqual(kernelsOf(model), kernels);
});
