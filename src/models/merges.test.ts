import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Activation, activationName, leakyRelu, linear, relu } from '../core/activations';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { logNormMoments } from '../theory/logNorm';
import { initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { Layer, TfLayersModel as LayersModel } from './modelGraph';
import { normals, type Symbolic, through } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

const dense = (name: string, units = 6): Layer => tf.layers.dense({ units, name });
const model = (inputs: Symbolic | Symbolic[], outputs: Symbolic | Symbolic[], name?: string): LayersModel =>
  tf.model({ inputs, outputs, ...(name && { name }) });

/** The activations with which the kernels are drawn, by layer. */
function laws(of: LayersModel, options = {}): Record<string, string> {
  const drawn = initializeModel(of, { scheme: 'kaimingNormal', seed: 1, ...options });
  return Object.fromEntries(drawn.map(({ layer, activation }) => [layer, activationName(activation!)]));
}

const names = (expected: Record<string, Activation>) =>
  Object.fromEntries(Object.entries(expected).map(([layer, law]) => [layer, activationName(law)]));

test('an activation after Concatenate acts on each branch; one after another merge on the merged value', () => {
  const merged = (merge: Layer) => {
    const input = tf.input({ shape: [6] });
    const [a, b] = [through(tf.layers.reLU(), through(dense('a'), input)), through(dense('b'), input)];
    const activated = through(tf.layers.leakyReLU({ alpha: 0.2 }), through(merge, a, b));
    return laws(model(input, through(dense('end'), activated)));
  };
  const { add, average, multiply, maximum, minimum } = tf.layers;
  for (const merge of [add(), average(), multiply(), maximum(), minimum()])
    assert.deepEqual(merged(merge), names({ a: relu, b: linear, end: linear }));
  const input = tf.input({ shape: [6] });
  const branches = ['a', 'b'].map((name) => through(dense(name), input));
  const joined = through(tf.layers.leakyReLU({ alpha: 0.2 }), through(tf.layers.concatenate(), ...branches));
  assert.deepEqual(
    laws(model(input, through(dense('end'), joined))),
    names({ a: leakyRelu(0.2), b: leakyRelu(0.2), end: linear }),
  );
});

test('residual networks, before and after their activation', () => {
  const conv = (name: string) => tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name });
  const normalized = (x: Symbolic) => through(tf.layers.batchNormalization(), x);
  const activated = (x: Symbolic) => through(tf.layers.reLU(), normalized(x));

  // version 1: normalization, sum, activation
  const input = tf.input({ shape: [8, 8, 3] });
  const stem = activated(through(conv('stem'), input));
  const branch = normalized(through(conv('second'), activated(through(conv('first'), stem))));
  const sum = through(tf.layers.reLU(), through(tf.layers.add(), stem, branch));
  assert.deepEqual(
    laws(model(input, through(conv('end'), sum))),
    names({ stem: relu, first: relu, second: linear, end: linear }),
  );

  // version 2: activation first; the stem feeds an activation and, as the stream, the sum
  const start = through(conv('stem'), input);
  const inner = through(conv('second'), activated(through(conv('first'), activated(start))));
  const stream = through(tf.layers.add(), start, inner);
  assert.deepEqual(
    laws(model(input, activated(stream))),
    names({ stem: linear, first: relu, second: linear }),
  );
});

test('the ports of a nested model are told apart', async () => {
  const [a, b] = [tf.input({ shape: [16] }), tf.input({ shape: [16] })];
  const inner = model(
    [a, b],
    [
      through(tf.layers.reLU(), a),
      through(tf.layers.leakyReLU({ alpha: 0.5 }), through(dense('within', 16), b)),
    ],
    'inner',
  );
  const input = tf.input({ shape: [16] });
  const [first, second] = ['A', 'B'].map((name) => through(dense(name, 16), input)) as [Symbolic, Symbolic];
  const outputs = inner.apply([first, second]) as Symbolic[];
  const whole = model(
    input,
    outputs.map((output, i) => through(dense(`end_${i}`, 16), output)),
  );
  assert.deepEqual(
    laws(whole),
    names({ A: relu, B: linear, within: leakyRelu(0.5), end_0: linear, end_1: linear }),
  );
  // predictions go through the ports: from the input, the variances add up
  const { layers } = await initializationReport(whole, { inputs: normals([4, 16], 1) });
  const spread = (...path: Activation[]) =>
    Math.sqrt(path.reduce((sum, activation) => sum + logNormMoments({ activation, width: 16 }).variance, 0));
  const expected = {
    A: spread(relu),
    B: spread(linear),
    within: spread(linear, leakyRelu(0.5)),
    end_0: spread(relu, linear),
    end_1: spread(linear, leakyRelu(0.5), linear),
  };
  for (const { name, logNorm } of layers)
    assert.ok(Math.abs(logNorm.spread! - expected[name as keyof typeof expected]) < 1e-9, name); // of outputLaw
});

test('a shared layer, and a model that is applied twice, count as one', async () => {
  const shared = model(...siamese('towers'));
  assert.deepEqual(laws(shared), names({ tower_1: relu, tower_2: linear, head: linear }));
  const report = await initializationReport(shared, { inputs: [normals([4, 6], 1), normals([4, 6], 2)] });
  assert.deepEqual(
    report.layers.map(({ note }) => note),
    ['it is applied more than once', 'it is applied more than once', undefined],
  );
  // one ReLU that serves two layers is measured after each of them
  const input = tf.input({ shape: [6] });
  const once = tf.layers.reLU();
  const reused = model(input, through(once, through(dense('b'), through(once, through(dense('a'), input)))));
  initializeModel(reused, { scheme: 'lyapunov', seed: 3 });
  const { layers } = await initializationReport(reused, { inputs: normals([1, 6], 1) });
  let x = normals([1, 6], 1) as ReturnType<typeof tf.tensor2d>;
  for (const { name, logNorm } of layers) {
    x = x.matMul(reused.getLayer(name).getWeights()[0] as typeof x).relu();
    const expected = Math.log(x.norm().dataSync()[0]! / Math.sqrt(6));
    assert.ok(Math.abs(logNorm.measured! - expected) < 1e-5); // float32
  }
});

function siamese(name: string): [Symbolic[], Symbolic] {
  const towers = tf.sequential({
    name,
    layers: [
      tf.layers.dense({ units: 6, activation: 'relu', inputShape: [6], name: 'tower_1' }),
      tf.layers.dense({ units: 6, name: 'tower_2' }),
    ],
  });
  const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
  const joined = through(tf.layers.concatenate(), ...inputs.map((input) => through(towers, input)));
  return [inputs, through(dense('head', 2), joined)];
}

test('a branch is measured by its own part of the concatenation, in any shape', async () => {
  const input = tf.input({ shape: [4, 4, 2] });
  const conv = (name: string, filters: number) => tf.layers.conv2d({ filters, kernelSize: 1, name });
  const [a, b] = [through(conv('a', 3), input), through(conv('b', 5), input)];
  const joined = through(tf.layers.concatenate(), a, b);
  const permuted = through(tf.layers.permute({ dims: [3, 1, 2] }), joined);
  const end = through(tf.layers.reLU(), through(tf.layers.flatten(), permuted));
  const whole = model(input, through(dense('end', 2), end));
  initializeModel(whole, { scheme: 'kaimingNormal', seed: 1 });
  whole.getLayer('b').setWeights([whole.getLayer('b').getWeights()[0]!, tf.tensor1d([-99, 0, 0, -99, 0])]);
  const inputs = normals([3, 4, 4, 2], 1);
  const { layers } = await initializationReport(whole, { inputs });
  for (const [i, name] of ['a', 'b'].entries()) {
    const part = model(input, through(tf.layers.reLU(), whole.getLayer(name).output as Symbolic));
    const alone = tf.tidy(() =>
      (part.predict(inputs) as typeof inputs).reshape([3, -1]).norm('euclidean', 1),
    );
    const expected = Array.from(alone.dataSync(), (norm) => Math.log(norm / Math.sqrt(16 * (3 + 2 * i))));
    const mean = expected.reduce((sum, x) => sum + x / 3, 0);
    assert.ok(Math.abs(layers[i]!.logNorm.measured! - mean) < 1e-5); // float32
  }
  assert.deepEqual(
    layers.map(({ deadShare }) => deadShare.measured),
    [0, Math.fround(0.4), 0],
  );
});

test('twenty levels of two branches, joined and activated, keep the signal', async () => {
  const input = tf.input({ shape: [64] });
  let x = input;
  for (let level = 0; level < 20; level++) {
    const branches = ['a', 'b'].map((side) => through(dense(`${side}_${level}`, 32), x));
    x = through(tf.layers.reLU(), through(tf.layers.concatenate(), ...branches));
  }
  const deep = model(input, x);
  initializeModel(deep, { scheme: 'kaimingNormal', seed: 1 });
  const report = await initializationReport(deep, { inputs: normals([20, 64], 1) });
  assert.equal(report.verdict, 'healthy');
  // read as linear, the signal would be halved twenty times in the mean square: by e^−6.9
  assert.ok(report.layers.at(-1)!.logNorm.measured! > -2);
  assert.ok(report.layers.every(({ asPredicted }) => asPredicted));
});

test('where the theory ends behind pooling, it is said', async () => {
  const input = tf.input({ shape: [16] });
  const image = through(tf.layers.reshape({ targetShape: [4, 4, 1] }), through(dense('pooled', 16), input));
  const pooled = through(tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }), image);
  const whole = model(input, through(tf.layers.reLU(), through(tf.layers.flatten(), pooled)));
  const { layers } = await initializationReport(whole, { inputs: normals([3, 16], 1) });
  assert.equal(layers[0]!.note, "'pool' follows before its activation");
});

test('an activation given for a layer that feeds different ones is used, without a prediction', async () => {
  const input = tf.input({ shape: [6] });
  const fork = through(dense('fork'), input);
  const whole = model(input, [through(tf.layers.reLU(), fork), through(tf.layers.leakyReLU(), fork)]);
  assert.throws(() => laws(whole), /^RangeError: layer 'fork' feeds layers with different activations: pass/);
  assert.deepEqual(laws(whole, { activations: { fork: relu } }), names({ fork: relu }));
  const report = await initializationReport(whole, {
    inputs: normals([3, 6], 1),
    activations: { fork: relu },
  });
  assert.equal(report.layers[0]!.note, 'it feeds layers with different activations');
});

test('an activation given for a merge is that of its branches', async () => {
  const merged = async (merge: Layer) => {
    const input = tf.input({ shape: [6] });
    const branches = ['a', 'b'].map((name) => through(dense(name), input));
    const whole = model(input, through(dense('end'), through(merge, ...branches)));
    const activations = { [merge.name]: relu };
    assert.deepEqual(laws(whole, { activations }), names({ a: relu, b: relu, end: linear }));
    const { layers } = await initializationReport(whole, { inputs: normals([3, 6], 1), activations });
    return layers.map(({ note }) => note);
  };
  const sum = "'sum' follows before its activation";
  assert.deepEqual(await merged(tf.layers.add({ name: 'sum' })), [sum, sum, undefined]);
  assert.deepEqual(await merged(tf.layers.concatenate()), [undefined, undefined, undefined]);
});
