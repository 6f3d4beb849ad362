import { chart } from '../../charts/chart';
import { line, rule } from '../../charts/marks';
import type { Activation } from '../../core/activations';
import { momentFactor } from '../../theory/moments';
import { type OutputLaw, outputLaw } from '../../theory/outputLaw';
import { kaimingStd, momentPreservingStd } from '../../theory/std';
import { activationControl, activationOf, depthControl, orderControl, widthControl } from './activations';
import { defineExplorable } from './explorable';
import { percent, significant } from './words';

const points = 161;
const orders = Array.from({ length: 41 }, (_, i) => 0.05 + (2.95 * i) / 40);

/** What does not depend on s: the law at weights of standard deviation 1, and the moments of a layer. */
interface Network {
  key: string;
  law: OutputLaw;
  logFactors: readonly number[];
}
let latest: Network | undefined;

/** The law and moments of a network; only those of the latest are kept. */
function networkOf(key: string, activation: Activation, width: number, depth: number): Network {
  if (latest?.key !== key)
    latest = {
      key,
      law: outputLaw({ activation, width, depth, weightStd: 1, input: 1 }),
      logFactors: orders.map((order) => Math.log(momentFactor({ activation, width, order }))),
    };
  return latest;
}

/** The law of the output against s, width, depth, activation and dropout. */
export const law = defineExplorable({
  name: 'law',
  title: 'How large is the output of a deep network?',
  about: 'The exact law of the output’s size for any s, width, depth, activation and dropout rate.',
  lookFor:
    'Make the network deeper: the curve moves left, although the moment of order s keeps its value. Lower s: the curve moves right and keeps its shape, since s only rescales the weights. In the second chart every order below s has a moment that falls with depth and every order above s one that grows without bound: only the crossing at s stays.',
  controls: {
    activation: activationControl,
    s: orderControl,
    width: widthControl,
    depth: depthControl,
    dropout: { kind: 'number', label: 'Dropout rate', min: 0, max: 0.9, step: 0.05, start: 0 },
    small: {
      kind: 'choice',
      label: 'An output is small if ‖x‖ is below',
      options: { '1': 'the input’s norm', '0.1': 'a tenth of it', '0.01': 'a hundredth of it' },
      start: '0.1',
    },
    scale: {
      kind: 'choice',
      label: 'Draw the density of',
      options: { log: 'log ‖x‖', norm: '‖x‖' },
      start: 'log',
    },
  },
  answer({ activation: name, s, width, depth, dropout, small, scale }) {
    const activation = activationOf(name, dropout);
    const key = [name, width, depth, dropout].join();
    const { law: unscaled, logFactors } = networkOf(key, activation, width, depth);
    const logStd = Math.log(momentPreservingStd({ activation, s, width }));
    const logKaiming = Math.log(kaimingStd({ activation, width }));
    const below = Math.log(Number(small));
    const { zeroProbability: dead, variance } = unscaled;
    const smallShare = (log: number) => dead + (1 - dead) * unscaled.cdf(below - depth * log);
    const median = unscaled.quantile(0.5);
    const [typical, typicalKaiming] = [logStd, logKaiming].map((log) => Math.exp(median + depth * log));
    const spread = Math.sqrt(variance);
    const middle = unscaled.mean + (depth * (logStd + logKaiming)) / 2;
    const half = 4.2 * spread + Math.abs(depth * (logStd - logKaiming)) / 2;
    const end = Math.exp(unscaled.mean + depth * logStd + 1.5 * spread);
    const grid = Array.from({ length: points }, (_, i) => {
      const place = i / (points - 1);
      return scale === 'log' ? middle + half * (2 * place - 1) : end * (place + 1e-3);
    });
    const density = (log: number) =>
      scale === 'log'
        ? grid.map((x) => unscaled.pdf(x - depth * log))
        : grid.map((t) => unscaled.pdf(Math.log(t) - depth * log) / t);
    const growth = logFactors.map((factor, i) => (depth * (orders[i]! * logStd + factor)) / Math.LN10);
    const named = { name: `s = ${s}`, color: 'blue' } as const;
    const kaiming = { name: 'Kaiming, s = 2', color: 'vermilion', dash: 'dash' } as const;
    const threshold = scale === 'log' ? below : Number(small);
    const isShown = threshold >= grid[0]! && threshold <= grid.at(-1)!;
    const deadWords =
      dead < 5e-5
        ? ''
        : ` In ${percent(dead)} of networks the output is exactly 0; the curves leave them out.`;
    return {
      sentence: `At s = ${s} the typical output is ${significant(typical!)} times as large as the input, under Kaiming ${significant(typicalKaiming!)} times. log ‖x‖ has mean ${significant(unscaled.mean + depth * logStd)} and standard deviation ${significant(spread)}. The output is below ${small === '1' ? '1' : small} of the input in ${percent(smallShare(logStd))} of networks, under Kaiming in ${percent(smallShare(logKaiming))}. The moment of order ${s} keeps its value; those of lower order vanish with depth, those of higher order diverge.${deadWords}`,
      figures: [
        chart({
          title: 'Density of the output’s size, for an input of norm 1',
          x: { title: scale === 'log' ? 'log ‖x⁽ᵏ⁾‖' : '‖x⁽ᵏ⁾‖', range: [grid[0]!, grid.at(-1)!] },
          y: 'density',
          marks: [
            ...(isShown ? [rule({ x: threshold, label: 'small' })] : []),
            line(grid, density(logKaiming), kaiming),
            line(grid, density(logStd), named),
          ],
        }),
        chart({
          title: `Moments after ${depth} layers: only that of order s is kept`,
          x: { title: 'order α', range: [0, 3] },
          y: 'log₁₀ E‖x⁽ᵏ⁾‖ᵅ',
          marks: [rule({ y: 0 }), rule({ x: s, label: 's' }), line(orders, growth, { color: 'blue' })],
        }),
      ],
    };
  },
});
