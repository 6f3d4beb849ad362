import { chart } from '../../charts/chart';
import { line, points, rule } from '../../charts/marks';
import type { NetworkCurve } from '../../training/curves';
import { type Measure, pairedDifference } from '../../training/statistics';
import { defineExplorable, type Explorable } from './explorable';
import { significant } from './words';

/** The curves of the sweeps by activation and depth, such as `relu-20`. */
export type Sweeps = Readonly<Record<string, readonly NetworkCurve[]>>;

/** The sweeps: their keys, and the names of their results in data/results. */
export const sweepNames: readonly string[] = ['linear', 'relu'].flatMap((activation) =>
  ['10', '20', '40'].map((depth) => `${activation}-${depth}`),
);

const smaller = [0.05, 0.5, 1, 1.5];

/** Training by s: the committed sweep over orders, depths and activations. */
export function training(sweeps: Sweeps): Explorable {
  return defineExplorable({
    name: 'training',
    title: 'Which s trains best?',
    about: 'Test loss and accuracy after each epoch against s, with errors paired by run, for three depths.',
    lookFor:
      'For linear networks the loss falls evenly with s at every depth, most of all after the first epoch; by the fifth the gain is a fraction of that. For ReLU the differences have either sign and stay within about two standard errors. Grey points are single runs, which share their batches and random numbers with the run of s = 2 they are compared with.',
    controls: {
      activation: {
        kind: 'choice',
        label: 'Activation',
        options: { linear: 'linear', relu: 'ReLU' },
        start: 'linear',
      },
      depth: {
        kind: 'choice',
        label: 'Depth, layers of width 64',
        options: { '10': '10', '20': '20', '40': '40' },
        start: '20',
      },
      epoch: { kind: 'number', label: 'After epoch', min: 0, max: 5, step: 1, start: 1 },
      s: {
        kind: 'choice',
        label: 'Compare s = 2 with s =',
        options: Object.fromEntries(smaller.map((s) => [s, String(s)])),
        start: '1',
      },
      measure: {
        kind: 'choice',
        label: 'Measured by',
        options: { testLoss: 'test loss', testAccuracy: 'test accuracy' },
        start: 'testLoss',
      },
    },
    answer({ activation, depth, epoch, s, measure }) {
      const curves = sweeps[`${activation}-${depth}`]!;
      const by = measure as Measure;
      const found = smaller.map((order) => pairedDifference(curves, `s = ${order}`, 's = 2', by, epoch));
      const chosen = found[smaller.indexOf(Number(s))]!;
      const runsOf = (order: number) => {
        const at = (scheme: string) =>
          new Map(curves.filter((c) => c.scheme === scheme).map((c) => [c.run, c[by][epoch]!]));
        const kaiming = at('s = 2');
        return [...at(`s = ${order}`)].map(([run, value]) => value - kaiming.get(run)!);
      };
      const single = smaller.flatMap((order) => runsOf(order).map((y) => [order, y] as const));
      const noun = by === 'testLoss' ? 'test loss' : 'test accuracy';
      const unit = by === 'testLoss' ? '' : ' percentage points';
      const factor = by === 'testLoss' ? 1 : 100;
      const { mean, standardError, larger, differing, runs, signTest } = chosen;
      const count = mean < 0 ? differing - larger : larger;
      const direction = mean < 0 ? 'lower' : 'higher';
      const sizes = Math.abs(mean / standardError);
      const judged = sizes > 3 ? 'beyond chance' : 'no more than chance would make';
      return {
        sentence: `${activation === 'relu' ? 'ReLU' : 'Linear'} networks of ${depth} layers, after epoch ${epoch}: with s = ${s} the ${noun} is ${direction} than with s = 2 by ${significant(Math.abs(factor * mean))} ± ${significant(factor * standardError)}${unit} (${significant(sizes)} standard errors: ${judged}), and ${direction} in ${count} of ${runs} runs (sign test: p = ${significant(signTest)}).`,
        figures: [
          chart({
            title: `What s changes after ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'} of MNIST`,
            x: { title: 'preserved order s', range: [-0.05, 2.05] },
            y: `${noun} minus that of s = 2`,
            marks: [
              rule({ y: 0 }),
              rule({ x: Number(s) }),
              points(
                single.map(([order]) => order),
                single.map(([, y]) => y),
                { name: 'single runs', color: 'grey' },
              ),
              line(
                smaller,
                found.map((d) => d.mean),
                { color: 'blue', name: 'mean ± standard error', width: 1.5 },
              ),
              points(
                smaller,
                found.map((d) => d.mean),
                { color: 'blue', name: 'mean ± standard error', error: found.map((d) => d.standardError) },
              ),
            ],
          }),
        ],
      };
    },
  });
}
