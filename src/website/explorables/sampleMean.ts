import { chart } from '../../charts/chart';
import { line, points, rule } from '../../charts/marks';
import { relu } from '../../core/activations';
import { logAbsoluteMoment } from '../../estimators/absoluteMoment';
import { simulateNetworks } from '../../simulation/networks';
import { momentFactor } from '../../theory/moments';
import { momentPreservingStd } from '../../theory/std';
import { depthControl } from './activations';
import { defineExplorable } from './explorable';
import { percent, significant } from './words';

const width = 64;
const atMost = 10_000;
/** Networks that are drawn before the first answer, and layers that are drawn in some 10 ms. */
const first = 100;
const layersAtOnce = 60_000;

const orders = Array.from({ length: 26 }, (_, i) => (5 + i) / 10);

/** Log-norms of networks with weights of standard deviation 1; s only adds to them. */
interface Draws {
  key: string;
  logNorms: Float64Array;
  drawn: number;
}
let latest: Draws | undefined;

/** The draws at a depth and seed; only the latest are kept. */
function drawsAt(depth: number, seed: number): Draws {
  const key = `${depth},${seed}`;
  if (latest?.key !== key) latest = { key, logNorms: new Float64Array(atMost), drawn: 0 };
  return latest;
}

function draw(draws: Draws, depth: number, seed: number, count: number): void {
  const plan = {
    ...{ activation: relu, width, depths: [depth], weightStd: 1, noiseStd: 0, input: 1, seed },
    route: 'norms',
  } as const;
  const { logNorms } = simulateNetworks({ plan, first: draws.drawn, count });
  draws.logNorms.set(logNorms[0]!, draws.drawn);
  draws.drawn += count;
}

/** log of (mean of ‖x‖^α)^(1/α) over the first networks, after each of `counts`. */
function running(logNorms: Float64Array, order: number, counts: readonly number[]): number[] {
  const largest = logNorms.subarray(0, counts.at(-1)).reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  let next = 0;
  return counts.map((count) => {
    for (; next < count; next++) sum += Math.exp(order * (logNorms[next]! - largest));
    return largest + Math.log(sum / count) / order;
  });
}

/** Figure 1a as one draws more and more networks. */
export const sampleMean = defineExplorable({
  name: 'sample-mean',
  title: 'How many networks does a moment need?',
  about: 'Figure 1a as more and more networks are drawn: the sample mean stays below the exact one.',
  lookFor:
    'Raise the number of networks: the sample mean climbs in jumps, each made by one network larger than all before, and stays below the exact moment. Change the seed: the curve changes, the gap does not go away. The exact moment of a high order comes from networks so rare that none of thousands is one of them. At low orders and small depths the sample mean is right.',
  controls: {
    networks: {
      kind: 'number',
      label: 'Number of networks',
      min: 10,
      max: atMost,
      step: 1,
      start: 500,
      log: true,
    },
    order: { kind: 'number', label: 'Order α', min: 0.5, max: 3, step: 0.1, start: 2 },
    s: {
      kind: 'choice',
      label: 'Preserved order s',
      options: { '2': '2 (Kaiming)', '1.5': '1.5', '1': '1' },
      start: '1',
    },
    depth: { ...depthControl, max: 500, start: 500 },
    seed: { kind: 'number', label: 'Seed of the draws', min: 0, max: 9999, step: 1, start: 1 },
  },
  answer({ networks, order, s, depth, seed }) {
    const draws = drawsAt(depth, seed);
    if (draws.drawn === 0) draw(draws, depth, seed, first);
    const count = Math.min(networks, draws.drawn);
    const shift = depth * Math.log(momentPreservingStd({ activation: relu, s: Number(s), width }));
    const exactAt = (alpha: number) =>
      shift + (depth * Math.log(momentFactor({ activation: relu, width, order: alpha }))) / alpha;
    const logNorms = draws.logNorms.subarray(0, count);
    const { logValue, effectiveSampleSize } = logAbsoluteMoment(logNorms, order);
    const sample = shift + logValue / order;
    const exact = exactAt(order);
    const largest = logNorms.reduce((a, b) => Math.max(a, b), -Infinity);
    const share = Math.exp(order * largest - logValue) / count;
    const counts = [...new Set(Array.from({ length: 120 }, (_, i) => Math.round(count ** (i / 119))))];
    const tenfold = (logs: readonly number[]) => logs.map((log) => log / Math.LN10);
    const samples = orders.map((alpha) => shift + running(logNorms, alpha, [count])[0]!);
    const exacts = { name: 'exact', color: 'vermilion' } as const;
    const sampled = { name: 'sample mean', color: 'blue' } as const;
    const path = running(logNorms, order, counts).map((log) => shift + log);
    const more = count < networks ? ` (${count} of ${networks} are drawn so far)` : '';
    const ratio = Math.exp(exact - sample);
    const judged =
      ratio > 1 ? `${significant(ratio)} times as large` : `${significant(1 / ratio)} times smaller`;
    return {
      sentence: `At α = ${order}, the α-th root of the mean of ‖x‖ᵅ over ${count.toLocaleString('en-US')} networks${more} is ${significant(Math.exp(sample))}; the exact value is ${significant(Math.exp(exact))}, ${judged}. The largest network alone makes up ${percent(share)} of the mean, and the effective number of networks is ${significant(effectiveSampleSize)}.`,
      figures: [
        chart({
          title: `The moment of order ${order} as networks are drawn`,
          x: { title: 'number of networks', log: true, range: [1, Math.max(20, networks)] },
          y: 'log₁₀ (mean ‖x‖ᵅ)<sup>1/α</sup>',
          marks: [line([1, networks], tenfold([exact, exact]), exacts), line(counts, tenfold(path), sampled)],
        }),
        chart({
          title: `Figure 1a for these networks`,
          x: { title: 'order α', range: [0.4, 3.1] },
          y: 'log₁₀ (mean ‖x‖ᵅ)<sup>1/α</sup>',
          marks: [
            rule({ x: order }),
            line(orders, tenfold(orders.map(exactAt)), exacts),
            points(orders, tenfold(samples), sampled),
          ],
        }),
      ],
    };
  },
  goOn({ networks, depth, seed }) {
    const draws = drawsAt(depth, seed);
    const missing = networks - draws.drawn;
    if (missing <= 0) return false;
    draw(draws, depth, seed, Math.min(missing, Math.ceil(layersAtOnce / depth)));
    return true;
  },
});
