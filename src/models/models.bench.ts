import type { BenchRow } from '../bench/rows';
import { relu } from '../core/activations';
import { kaimingNormal } from '../tensorflow/initializers';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { initializationReport } from './initializationReport';
import type { TfLayersModel, TfTensor } from './modelGraph';

const rounds = 9;
const fanIn = 2 ** 20;

/** The report on a dense layer of 2²⁰ inputs and one above it, beside their forward pass. */
export async function bench(): Promise<BenchRow[]> {
  const { tf } = await loadTensorFlow();
  const rows: BenchRow[] = [];
  for (const [units, batch] of [
    [4, 16],
    [64, 32],
  ] as const) {
    const what = `${batch} × 2²⁰ inputs, ${units} units`;
    const inputs = tf.randomNormal([batch, fanIn], 0, 1, 'float32', 1);
    const model = tf.sequential({ layers: [0, 1].map((layer) => dense(tf, units, layer)) });
    const healthy = await times(model, inputs);
    const [kernel, bias] = model.layers[0]!.getWeights();
    model.layers[0]!.setWeights([kernel!.mul(0.01), bias!]);
    const vanishing = await times(model, inputs);
    tf.dispose([inputs, ...model.weights.map((weight) => weight.read())]);
    rows.push(
      { name: `forward pass, ${what}`, value: healthy.forward, unit: 'ms' },
      { name: `report, ${what}`, value: healthy.report, unit: 'ms' },
      { name: `report / forward pass, ${what}`, value: healthy.report / healthy.forward, unit: '×' },
      {
        name: `report that tries a scheme / forward pass, ${what}`,
        value: vanishing.report / vanishing.forward,
        unit: '×',
      },
    );
  }
  return rows;
}

function dense(tf: TensorFlow, units: number, layer: number): TfLayersModel['layers'][number] {
  return tf.layers.dense({
    units,
    activation: 'relu',
    inputShape: [layer === 0 ? fanIn : units],
    kernelInitializer: kaimingNormal({ activation: relu, seed: 1, layer }),
  });
}

/** Milliseconds of a forward pass and of the report, in alternation; medians of the rounds. */
async function times(model: TfLayersModel, inputs: TfTensor): Promise<{ forward: number; report: number }> {
  const forward: number[] = [];
  const report: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const output = model.predict(inputs) as TfTensor;
    output.dataSync();
    output.dispose();
    const between = performance.now();
    forward.push(between - start);
    await initializationReport(model, { inputs });
    report.push(performance.now() - between);
  }
  return { forward: median(forward), report: median(report) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
