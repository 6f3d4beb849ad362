import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { initializeModel } from './initializeModel';
import type { TfLayersModel as LayersModel } from './modelGraph';
import { weightsOf } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

/** A base in two models, one in the other, and a head. */
function nested(): { whole: LayersModel; base: LayersModel; core: LayersModel } {
  const dense = (name: string) =>
    tf.layers.dense({ units: 4, inputShape: [4], name, biasInitializer: 'ones' });
  const core = tf.sequential({ name: 'core', layers: [dense('in_core'), tf.layers.reLU()] });
  const base = tf.sequential({ name: 'base', layers: [core, dense('in_base')] });
  return { whole: tf.sequential({ layers: [base, tf.layers.reLU(), dense('head')] }), base, core };
}

let seed = 0;

/** The layers drawn; whatever is not drawn is the same, bit for bit. */
function drawn(model: LayersModel, options = {}): string[] {
  const before = weightsOf(model);
  const layers = initializeModel(model, { scheme: 'kaimingNormal', seed: seed++, ...options }).map(
    ({ layer }) => layer,
  );
  const changed = Object.entries(weightsOf(model)).filter(([name, values]) =>
    values.some((x, i) => x !== before[name]![i]),
  );
  assert.deepEqual(changed.map(([name]) => name.split('/')[0]).sort(), [...layers].sort());
  assert.ok(changed.every(([name]) => /kernel(_\d+)?$/.test(name)));
  return layers;
}

test('a frozen model keeps its weights, and those of the models within', () => {
  const { whole, base, core } = nested();
  assert.deepEqual(drawn(whole), ['in_core', 'in_base', 'head']);
  core.trainable = false;
  assert.deepEqual(drawn(whole), ['in_base', 'head']);
  core.trainable = true;
  base.trainable = false;
  assert.deepEqual(drawn(whole), ['head']);
  base.trainable = true;
  assert.deepEqual(drawn(whole), ['in_core', 'in_base', 'head']);
  whole.trainable = false;
  assert.deepEqual(drawn(whole), []);
});

test('a frozen layer and a frozen weight stay, whatever order the layer then lists its weights in', () => {
  const { whole, base } = nested();
  const layer = base.getLayer('in_base');
  const weight = (name: string) => layer.weights.find(({ originalName }) => originalName.endsWith(name))!;
  layer.trainable = false;
  assert.deepEqual(drawn(whole), ['in_core', 'head']);
  layer.trainable = true;
  weight('kernel').trainable = false;
  assert.deepEqual(drawn(whole), ['in_core', 'head']);
  weight('kernel').trainable = true;
  weight('bias').trainable = false;
  assert.deepEqual(drawn(whole), ['in_core', 'in_base', 'head']);
  // one of the two kernels of a separable convolution
  const separable = tf.layers.separableConv2d({ filters: 2, kernelSize: 2, inputShape: [4, 4, 2] });
  const model = tf.sequential({ layers: [separable] });
  separable.weights[0]!.trainable = false;
  const kernels = initializeModel(model, { scheme: 'kaimingNormal', seed: 1 });
  assert.deepEqual(
    kernels.map(({ number }) => number),
    [1],
  );
});

test('keep takes the names of layers and of nested models', () => {
  const { whole } = nested();
  assert.deepEqual(drawn(whole, { keep: ['base'] }), ['head']);
  assert.deepEqual(drawn(whole, { keep: ['core', 'head'] }), ['in_base']);
  assert.throws(() => drawn(whole, { keep: ['bose'] }), {
    name: 'RangeError',
    message: 'keep must name layers of the model (in_core, base, core, in_base, head); got "bose"',
  });
});

test('a frozen layer that no scheme supports needs no keep', () => {
  const memory = tf.layers.lstm({ units: 3, inputShape: [4, 5] });
  const model = tf.sequential({ layers: [memory, tf.layers.dense({ units: 2, name: 'head' })] });
  memory.trainable = false;
  assert.deepEqual(drawn(model), ['head']);
});
