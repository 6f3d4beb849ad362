import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { relu } from '../core/activations';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { kaimingStd, momentPreservingStd } from '../theory/std';
import { initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { Layer, TfTensor } from './modelGraph';
import { average, normals } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

const channels = 16;
const inputShape = [12, 12, channels];
const common = { padding: 'same' as const, activation: 'relu' as const, inputShape };
const conv = (kernelSize: number) => tf.layers.conv2d({ filters: channels, kernelSize, ...common });
const depthwise = () => tf.layers.depthwiseConv2d({ kernelSize: 3, ...common });
const separable = () => tf.layers.separableConv2d({ filters: channels, kernelSize: 3, ...common });

/** The log of the moment of order s over redraws, per order, of the output of the layers, relative to the input. */
function change(layers: readonly Layer[], s: number): number {
  const model = tf.sequential({ layers: [...layers] });
  const x = normals([1, ...inputShape], 1);
  const size = (of: TfTensor) => of.square().mean().sqrt().dataSync()[0]!;
  const ratios = Array.from({ length: 100 }, (_, seed) => {
    initializeModel(model, { scheme: 'momentPreserving', s, seed });
    return tf.tidy(() => size(model.predict(x) as TfTensor) / size(x)) ** s;
  });
  return Math.log(average(ratios)) / s;
}

test('a depthwise layer preserves the norm over all its channels about as well as another convolution', () => {
  const times = (count: number, ...layers: (() => Layer)[]) =>
    Array.from({ length: count }, () => layers.map((layer) => layer())).flat();
  for (const s of [0.5, 1, 2]) {
    // padding takes a part of the norm of each 3 × 3 layer, at the border; a hundred draws of a log with a spread
    // of about 1 have an error of 0.1. With the multiplier as width, s = 1 gives each layer 1.77 times the norm.
    const ordinary = change(
      times(
        8,
        () => conv(3),
        () => conv(1),
      ),
      s,
    );
    const mobile = change(
      times(8, depthwise, () => conv(1)),
      s,
    );
    const both = change(times(8, separable), s);
    for (const [name, log] of Object.entries({ ordinary, mobile, both }))
      assert.ok(Math.abs(log) < 1, `${name} at s = ${s}: ${log}`);
  }
});

test('the width of a depthwise kernel is its number of units', async () => {
  const [positions, multiplier] = [9, 2];
  const model = tf.sequential({
    layers: [
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: multiplier, ...common }),
      tf.layers.separableConv2d({
        filters: 5,
        kernelSize: 3,
        depthMultiplier: multiplier,
        activation: 'relu',
      }),
    ],
  });
  initializeModel(model, { scheme: 'momentPreserving', s: 0.5, seed: 2 });
  const [own, inSeparable, pointwise] = model
    .getWeights()
    .filter(({ rank }) => rank === 4)
    .map((kernel) => ({
      size: kernel.size,
      std: tf.tidy(() => kernel.square().mean().sqrt().dataSync()[0]!),
    }));
  const units = channels * multiplier;
  const expected = [
    momentPreservingStd({ s: 0.5, activation: relu, fanIn: positions, fanOut: units }),
    momentPreservingStd({ s: 0.5, activation: 'linear', fanIn: positions, fanOut: units * multiplier }),
    momentPreservingStd({ s: 0.5, activation: relu, fanIn: units * multiplier, fanOut: 5 }),
  ];
  // 4 standard errors of a root mean square of n normals
  for (const [i, { size, std }] of [own!, inSeparable!, pointwise!].entries())
    assert.ok(Math.abs(std / expected[i]! - 1) < 4 / Math.sqrt(2 * size));
  const ofOneChannel = momentPreservingStd({
    s: 0.5,
    activation: relu,
    fanIn: positions,
    fanOut: multiplier,
  });
  assert.ok(ofOneChannel / kaimingStd({ activation: relu, fanIn: positions, fanOut: multiplier }) > 1.5);
  const { layers } = await initializationReport(model, { inputs: normals([1, ...inputShape], 1) });
  assert.deepEqual(
    layers.map(({ width }) => width),
    [units, 5],
  );
});
