import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relu } from '../core/activations';
import { hillEstimates, hillTailIndex } from '../estimators/hill';
import { momentPreservingStd } from '../theory/std';
import { simulateLogNorms } from './simulate';

test('with noise in every layer the tail index of the output is s', async () => {
  // oracle: Kesten and Goldie's theorem on x ← φ(Wx + b): at σ₀(s) the index is s. Measured independently
  // of this code, by Hill on the top 1 %: 0.78, 0.95, 1.44, 1.93 (the power law holds only in the limit).
  // 40000 networks: 400 in the tail, a standard error of 5 %
  for (const [s, measured] of [
    [0.8, 0.78],
    [1, 0.95],
    [1.5, 1.44],
    [2, 1.93],
  ] as const) {
    const [logNorms] = await simulateLogNorms({
      activation: relu,
      width: 8,
      depths: [200],
      weightStd: momentPreservingStd({ activation: relu, s, width: 8 }),
      networks: 40000,
      seed: 20051878,
      noiseStd: 1,
    });
    const { value, standardError } = hillTailIndex(logNorms!.map(Math.exp), 400);
    assert.ok(Math.abs(value - measured) < 3 * standardError, `s = ${s}: ${value} ± ${standardError}`);
    assert.ok(Math.abs(value - s) < 4 * standardError, `s = ${s}: ${value} ± ${standardError}`);
  }
});

test("without noise there is no tail index: Hill's estimate drifts, and is the same for every s", async () => {
  const at = async (s: number) => {
    const [logNorms] = await simulateLogNorms({
      activation: relu,
      width: 64,
      depths: [100],
      weightStd: momentPreservingStd({ activation: relu, s, width: 64 }),
      networks: 40000,
      seed: 7,
    });
    return hillEstimates(logNorms!.map(Math.exp), [40, 400, 4000]);
  };
  const [one, two] = [await at(1), await at(2)];
  for (const [i, value] of one.value.entries()) assert.ok(Math.abs(value / two.value[i]! - 1) < 1e-9);
  // log-norms with a deviation of 1.43: local indices (normal quantile)/1.43, 2.2 at the top 0.1 % to 1.1 at
  // 10 %
  assert.ok(one.value[0]! / one.value[2]! > 1.5, `${one.value}`);
});
