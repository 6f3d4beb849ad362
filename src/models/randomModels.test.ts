import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { type Activation, activationName, dropout, leakyRelu, linear, relu } from '../core/activations';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { TensorFlow } from '../tensorflow/native';
import { initializationReport } from './initializationReport';
import { initializeModel } from './initializeModel';
import type { Layer, TfLayersModel as LayersModel } from './modelGraph';
import { average, normals, type Symbolic, through, weightsOf } from './models.testData';

let tf: TensorFlow;
before(async () => {
  tf = (await loadTensorFlow()).tf;
});

/** An activation as a model has it: as layers of their own, or fused with the layer before. */
type Form = 'linear' | 'fused ReLU' | 'ReLU' | 'Leaky ReLU' | 'ReLU and dropout';

const lawOf: Record<Form, Activation> = {
  linear,
  'fused ReLU': relu,
  ReLU: relu,
  'Leaky ReLU': leakyRelu(0.25),
  'ReLU and dropout': dropout(relu, { rate: 0.25 }),
};

/** A part of a model. */
type Part =
  | { kind: 'dense'; form: Form; width: number; freeze: 'layer' | 'weight' | undefined }
  | { kind: 'nested'; parts: Part[]; freeze: boolean }
  | { kind: 'residual'; before: Form; form: Form; activated: boolean }
  | { kind: 'joined'; after: Form; width: number }
  | { kind: 'ports'; forms: [Form, Form] };

const form = fc.constantFrom<Form>('linear', 'fused ReLU', 'ReLU', 'Leaky ReLU', 'ReLU and dropout');
const separate = fc.constantFrom<Form>('ReLU', 'Leaky ReLU', 'ReLU and dropout');
const width = fc.constantFrom(16, 24, 32);
const { part } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      kind: fc.constant('dense' as const),
      form,
      width,
      freeze: fc.constantFrom('layer' as const, 'weight' as const, undefined, undefined),
    }),
    fc.record({
      kind: fc.constant('residual' as const),
      before: fc.constantFrom<Form>('linear', 'ReLU'),
      form,
      activated: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('joined' as const), after: separate, width }),
    fc.record({ kind: fc.constant('ports' as const), forms: fc.tuple(separate, separate) }),
    fc.record({
      kind: fc.constant('nested' as const),
      parts: fc.array(tie('part'), { minLength: 1, maxLength: 3 }),
      freeze: fc.boolean(),
    }),
  ),
}));

/** What is known of a model by how it was built. */
interface Built {
  model: LayersModel;
  /** The laws of the layers that are not frozen, by name. */
  laws: Record<string, Activation>;
  /** Freezes what is to be frozen: once the model is complete, as completing it sets the flags of weights. */
  freeze(): void;
}

function build(parts: readonly Part[], seed: number): Built {
  const laws: Record<string, Activation> = {};
  const freezing: (() => void)[] = [];
  let count = 0;
  const denseThrough = (
    x: Symbolic,
    units: number,
    of: Form,
    frozen: boolean,
    gain = 1.3,
  ): [Layer, Symbolic] => {
    const name = `dense_${count++}`;
    const stddev = gain / Math.sqrt(x.shape[1]!);
    const layer = tf.layers.dense({
      name,
      units,
      activation: of === 'fused ReLU' ? 'relu' : 'linear',
      kernelInitializer: tf.initializers.randomNormal({ stddev, seed: 1000 * seed + count }),
    });
    if (!frozen) laws[name] = lawOf[of];
    return [layer, activated(through(layer, x), of)];
  };
  const activated = (x: Symbolic, of: Form): Symbolic => {
    if (of === 'linear' || of === 'fused ReLU') return x;
    if (of === 'Leaky ReLU') return through(tf.layers.leakyReLU({ alpha: 0.25 }), x);
    const y = through(tf.layers.activation({ activation: 'relu' }), x);
    return of === 'ReLU' ? y : through(tf.layers.dropout({ rate: 0.25 }), y);
  };
  const add = (x: Symbolic, each: Part, frozen: boolean): Symbolic => {
    const size = x.shape[1]!;
    if (each.kind === 'dense') {
      const [layer, y] = denseThrough(x, each.width, each.form, frozen || each.freeze !== undefined);
      freezing.push(() => {
        if (each.freeze === 'layer') layer.trainable = false;
        if (each.freeze === 'weight') layer.weights[0]!.trainable = false;
      });
      return y;
    }
    if (each.kind === 'residual') {
      const [, inner] = denseThrough(activated(x, each.before), size, each.form, frozen);
      const [, branch] = denseThrough(inner, size, 'linear', frozen);
      const sum = through(tf.layers.add(), x, branch);
      return each.activated ? activated(sum, 'ReLU') : sum;
    }
    if (each.kind === 'joined') {
      // of different size, the larger one frozen
      const [large, first] = denseThrough(x, each.width, 'linear', true, 5);
      freezing.push(() => (large.trainable = false));
      const [small, second] = denseThrough(x, each.width, 'linear', frozen);
      if (!frozen) laws[small.name] = lawOf[each.after];
      return activated(through(tf.layers.concatenate(), first, second), each.after);
    }
    if (each.kind === 'ports') {
      const inputs = each.forms.map(() => tf.input({ shape: [size] }));
      const inner = tf.model({ inputs, outputs: inputs.map((input, i) => activated(input, each.forms[i]!)) });
      const given = each.forms.map((of) => {
        const [layer, y] = denseThrough(x, size, 'linear', frozen);
        if (!frozen) laws[layer.name] = lawOf[of];
        return y;
      });
      const outputs = inner.apply(given) as Symbolic[];
      // dense layers between, so that neither port is read through the sum
      const ends = outputs.map((output) => denseThrough(output, size, 'linear', frozen)[1]);
      return through(tf.layers.average(), ...ends);
    }
    const input = tf.input({ shape: [size] });
    const isFrozen = frozen || each.freeze;
    const output = each.parts.reduce((y, inner) => add(y, inner, isFrozen), input);
    const model = tf.model({ inputs: input, outputs: output });
    if (each.freeze) freezing.push(() => (model.trainable = false));
    // a layer between, so that an activation after the model is not that of its last layer
    const [, next] = denseThrough(through(model, x), 16, 'ReLU', frozen);
    return next;
  };
  const input = tf.input({ shape: [24] });
  const output = parts.reduce((x, each) => add(x, each, false), input);
  const [, end] = denseThrough(output, 16, 'linear', false);
  return {
    model: tf.model({ inputs: input, outputs: end }),
    laws,
    freeze: () => {
      for (const freeze of freezing) freeze();
    },
  };
}

test('models of random parts: activations are read, what is frozen stays, measurements are as predicted', async () => {
  const draws = 10;
  const all: number[] = [];
  const check = async (parts: Part[]) => {
    const deviations = new Map<string, number[]>();
    for (let draw = 1; draw <= draws; draw++) {
      const { model, laws, freeze } = build(parts, draw);
      freeze();
      const before = weightsOf(model);
      const drawn = initializeModel(model, { scheme: 'momentPreserving', s: 1, seed: draw });
      const read = drawn.map(({ layer, activation }) => [layer, activationName(activation!)]);
      const expected = Object.entries(laws).map(([layer, law]) => [layer, activationName(law)]);
      assert.deepEqual(read.sort(), expected.sort());
      for (const [name, values] of Object.entries(weightsOf(model)))
        if (!(name.split('/')[0]! in laws) || name.includes('bias')) assert.deepEqual(values, before[name]);

      const report = await initializationReport(model, { inputs: normals([1, 24], draw), seed: draw });
      for (const { name, note, logNorm, asPredicted } of report.layers) {
        assert.equal(note, undefined);
        assert.notEqual(asPredicted, false, `${name}\n${report}`);
        const deviation = (logNorm.measured! - logNorm.predicted!) / logNorm.spread!;
        deviations.set(name, [...(deviations.get(name) ?? []), deviation]);
      }
      model.dispose();
    }
    // a mean of independent draws: 5 standard errors, as there are hundreds of layers
    for (const [name, values] of deviations) {
      assert.ok(Math.abs(average(values)) < 5 / Math.sqrt(draws), `${name}: ${average(values)}`);
      all.push(...values);
    }
  };
  const models = 10;
  await fc.assert(fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), check), {
    seed: 1,
    numRuns: models,
    endOnFailure: true,
  });
  // layers of one draw of a model are not independent: 4 standard errors for as many values as there are draws
  assert.ok(Math.abs(average(all)) < 4 / Math.sqrt(models * draws), `mean ${average(all)}`);
  const variance = average(all.map((z) => z * z));
  assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / (models * draws)), `variance ${variance}`);
});
