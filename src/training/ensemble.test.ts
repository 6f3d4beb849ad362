import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Activation, dropout, leakyRelu, linear, relu, rrelu } from '../core/activations';
import { randomStream } from '../core/random';
import type { LoadedTensorFlow } from '../tensorflow/backend';
import { loadTensorFlow } from '../tensorflow/loadTensorFlow';
import type { Network } from './architecture';
import { createEnsemble, type Ensemble } from './ensemble';
import { nativeOps, type Ops, portableOps } from './ops';
import type { RunState } from './parameters';
import { gradient, logits, meanLoss, toDoubles } from './referenceNetwork.testData';
import type { Descent } from './settings';
import { initialParameters } from './weights';

let loaded: LoadedTensorFlow;
/** Both ways to compute, where there are two. */
let implementations: [name: string, ops: Ops][];

before(async () => {
  loaded = await loadTensorFlow();
  implementations = [['portable', portableOps(loaded.tf)]];
  if (loaded.backend === 'tensorflow') implementations.push(['native', nativeOps(loaded.tf)]);
});

const runs = 2;
const schemes = 3;
const plain: Descent = { momentum: 0, weightDecay: 0 };

function dense(activation: Activation, activationOnLogits = false): Network {
  return {
    activation,
    activationOnLogits,
    biases: 'pytorch',
    image: { height: 2, width: 3, channels: 1 },
    convolutions: [],
    sizes: [6, 5, 4, 3],
  };
}

const convolutional: Network = {
  ...dense(relu),
  image: { height: 9, width: 8, channels: 2 },
  // 9 × 8 → 7 × 6 → 3 × 3 (an odd row and column left over) → 2 × 2 → 1 × 1
  convolutions: [
    { channels: 3, size: 3 },
    { channels: 4, size: 2 },
  ],
  sizes: [4, 5, 3],
};

function states(network: Network): RunState[] {
  const stds = [0.7, 0.9, 1.2].map((std) => network.sizes.slice(1).map(() => std));
  return Array.from({ length: runs }, (_, run) => {
    const parameters = initialParameters(network, stds, 11, run);
    const velocities = parameters.map((one) => one.map((values) => new Float32Array(values.length)));
    return { parameters, velocities, learningRate: 1 };
  });
}

/** A batch of `count` normal images for each of `sets` sets, with labels. */
function batchOf(network: Network, sets: number, count: number, seed: number) {
  const { height, width, channels } = network.image;
  const random = randomStream(seed, 0);
  const pixels = Float32Array.from({ length: sets * count * height * width * channels }, () =>
    random.normal(),
  );
  const classes = network.sizes.at(-1)!;
  const labels = Int32Array.from({ length: sets * count }, () => Math.floor(classes * random.uniform()));
  return { batch: { pixels, count }, labels };
}

function share<T extends Float32Array | Int32Array>(values: T, part: number, parts: number): T {
  const length = values.length / parts;
  return values.slice(part * length, (part + 1) * length) as T;
}

function ensembleOf(ops: Ops, network: Network, descent: Descent, runStates: RunState[]): Ensemble {
  return createEnsemble(loaded.tf, ops, network, descent, runStates);
}

const noNoise = Array.from({ length: runs }, (_, run) => randomStream(0, run));

// Oracle: central differences of the loss that plain float64 loops give (error about 1e-9). A step with learning rate 1
// changes the parameters by the gradient. Parameters, activations and gradients are below 32, where float32 rounds by at
// most 1e-6, and each is a sum of few products: 1e-5.
for (const [name, network] of [
  ['ReLU', dense(relu)],
  ['ReLU, on the logits too', dense(relu, true)],
  ['Leaky ReLU, on the logits too', dense(leakyRelu(0.1), true)],
  ['linear', dense(linear)],
  ['absolute value', dense(leakyRelu(-1))],
  ['a steep slope below zero', dense(leakyRelu(1.5), true)],
  ['ReLU times 1.5', dense({ ...relu, scale: 1.5 })],
  ['one layer', { ...dense(relu), sizes: [6, 3] }],
  ['convolutions', convolutional],
] as const)
  test(`the gradient is that of finite differences: ${name}`, () => {
    const count = 4;
    const { batch, labels } = batchOf(network, runs, count, 3);
    for (const [which, ops] of implementations) {
      const before = states(network);
      const ensemble = ensembleOf(ops, network, plain, before);
      const { losses } = ensemble.step(batch, labels, 1, noNoise);
      const after = ensemble.state();
      ensemble.dispose();
      for (let run = 0; run < runs; run++)
        for (let scheme = 0; scheme < schemes; scheme++) {
          const parameters = toDoubles(before[run]!.parameters[scheme]!);
          const pixels = share(batch.pixels, run, runs);
          const own = share(labels, run, runs);
          const loss = losses[run * schemes + scheme]! / count;
          assert.ok(
            Math.abs(loss - meanLoss(network, parameters, pixels, own)) < 1e-5,
            `${which}: loss of run ${run}, scheme ${scheme}`,
          );
          gradient(network, parameters, pixels, own).forEach((expected, i) => {
            expected.forEach((value, at) => {
              const change = parameters[i]![at]! - after[run]!.parameters[scheme]![i]![at]!;
              assert.ok(
                Math.abs(change - value) < 1e-5,
                `${which}: run ${run}, scheme ${scheme}, parameter ${i}[${at}]: ${change} instead of ${value}`,
              );
            });
          });
        }
    }
  });

// Oracle: torch.optim.SGD's update written out in float64, with the gradient from finite differences. The gradients are
// below 3 and the learning rates sum to 0.7, so 8 steps keep the error within 1e-5 of parameters below 4.
test('eight steps with momentum, weight decay and a change of learning rate are those of one network alone', () => {
  const network = dense(leakyRelu(0.1));
  const descent = { momentum: 0.9, weightDecay: 0.02 };
  const rates = [0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05];
  for (const [which, ops] of implementations) {
    const start = states(network);
    const ensemble = ensembleOf(ops, network, descent, start);
    const alone = start.map((run) => run.parameters.map(toDoubles));
    const velocity = start.map((run) => run.velocities.map(toDoubles));
    rates.forEach((rate, step) => {
      const { batch, labels } = batchOf(network, runs, 4, step);
      ensemble.step(batch, labels, rate, noNoise);
      alone.forEach((networks, run) => {
        networks.forEach((parameters, scheme) => {
          const slopes = gradient(
            network,
            parameters,
            share(batch.pixels, run, runs),
            share(labels, run, runs),
          );
          parameters.forEach((values, i) => {
            const v = velocity[run]![scheme]![i]!;
            for (let at = 0; at < values.length; at++) {
              v[at] = 0.9 * v[at]! + slopes[i]![at]! + 0.02 * values[at]!;
              values[at]! -= rate * v[at]!;
            }
          });
        });
      });
    });
    ensemble.state().forEach(({ parameters }, run) => {
      parameters.forEach((network, scheme) => {
        network.forEach((values, i) => {
          values.forEach((value, at) => {
            const expected = alone[run]![scheme]![i]![at]!;
            assert.ok(
              Math.abs(value - expected) < 1e-5,
              `${which}: parameter ${i}[${at}], ${value} ${expected}`,
            );
          });
        });
      });
    });
    ensemble.dispose();
  }
});

// Oracle: the float64 forward pass. Logits below 40 in float32, after at most 40 products a unit: 1e-5.
test('evaluation agrees with the logits of single networks, on images shared by all runs', () => {
  for (const network of [dense(leakyRelu(0.2), true), convolutional]) {
    const { batch } = batchOf(network, 1, 3, 8);
    for (const [which, ops] of implementations) {
      const start = states(network);
      const ensemble = ensembleOf(ops, network, plain, start);
      const evaluated = ensemble.evaluate(batch);
      ensemble.dispose();
      for (let at = 0; at < runs * schemes; at++)
        for (let image = 0; image < 3; image++) {
          const one = toDoubles(start[Math.floor(at / schemes)]!.parameters[at % schemes]!);
          const values = logits(network, one, share(batch.pixels, image, 3));
          const before = logits(
            { ...network, activationOnLogits: false },
            one,
            share(batch.pixels, image, 3),
          );
          values.forEach((value, unit) => {
            const place = (at * 3 + image) * values.length + unit;
            assert.ok(
              Math.abs(evaluated.logits[place]! - value) < 1e-5,
              `${which}: logit ${evaluated.logits[place]}, ${value}`,
            );
            assert.ok(
              Math.abs(evaluated.preActivations[place]! - before[unit]!) < 1e-5,
              `${which}: pre-activation`,
            );
          });
        }
    }
  }
});

// Law: with slopes and masks drawn alike for all schemes of a run, three copies of one network stay one network; the
// masks are 0 with probability 1/2. Oracle of the evaluation: the float64 network with the mean slope.
test('random slopes and masks are drawn in training, alike for all schemes of a run, and replaced in evaluation', () => {
  const activation = dropout(rrelu(0.1, 0.5), { rate: 0.5 });
  const network: Network = { ...dense(activation), sizes: [6, 400, 3] };
  const start = states(network).map((state) => ({
    ...state,
    // small logits, so that every image has a gradient
    parameters: state.parameters.map(() =>
      state.parameters[0]!.map((values, i) => (i === 2 ? values.map((x) => x / 20) : values)),
    ),
  }));
  const { batch, labels } = batchOf(network, runs, 4, 5);
  const noise = (seed: number) => Array.from({ length: runs }, (_, run) => randomStream(seed, run));
  for (const [which, ops] of implementations) {
    const after = (seed: number) => {
      const ensemble = ensembleOf(ops, network, plain, start);
      const { losses } = ensemble.step(batch, labels, 0.01, noise(seed));
      const state = ensemble.state();
      ensemble.dispose();
      return { losses, state };
    };
    const { losses, state } = after(1);
    assert.deepEqual(after(1), { losses, state }, `${which}: the same noise gives the same step`);
    assert.notDeepEqual(after(2).losses, losses, `${which}: other noise gives another step`);
    for (const { parameters } of state) assert.deepEqual(parameters[1], parameters[0], which);
    // a hidden unit whose masks were 0 for all 4 images keeps its biases: probability 2⁻⁴
    const unchanged = state.map(
      ({ parameters }, run) =>
        parameters[0]![1]!.filter((bias, unit) => bias === start[run]!.parameters[0]![1]![unit]).length,
    );
    // binomial(800, 1/16): mean 50, SD 6.8
    const total = unchanged.reduce((a, b) => a + b);
    assert.ok(total > 50 - 4 * 6.8 && total < 50 + 4 * 6.8, `${which}: ${total} units without a step`);

    const ensemble = ensembleOf(ops, network, plain, start);
    const evaluated = ensemble.evaluate({ pixels: share(batch.pixels, 0, runs), count: 4 });
    ensemble.dispose();
    const mean = { ...network, activation: leakyRelu(0.3) };
    const expected = logits(mean, toDoubles(start[0]!.parameters[0]!), share(batch.pixels, 0, 8));
    // sums of 400 products below 1
    expected.forEach((value, unit) => {
      assert.ok(
        Math.abs(evaluated.logits[unit]! - value) < 1e-5,
        `${which}: ${evaluated.logits[unit]}, ${value}`,
      );
    });
  }
});

test('steps, evaluations and ensembles do not leak tensors', () => {
  const networks = [convolutional, dense(dropout(relu, { rate: 0.5 })), dense(rrelu(0.1, 0.5))];
  for (const [[which, ops], network] of implementations.flatMap((ops) =>
    networks.map((network) => [ops, network] as const),
  )) {
    const { batch, labels } = batchOf(network, runs, 4, 5);
    const tensors = () => {
      const ensemble = ensembleOf(ops, network, { momentum: 0.5, weightDecay: 0.1 }, states(network));
      const after = [1, 2, 3].map(() => {
        ensemble.step(batch, labels, 0.1, noNoise);
        ensemble.evaluate(batch);
        return loaded.tf.memory().numTensors;
      });
      assert.equal(after[2], after[0], which);
      ensemble.dispose();
      return loaded.tf.memory().numTensors;
    };
    // the first call makes constants that stay
    assert.equal(tensors(), tensors(), which);
  }
});
