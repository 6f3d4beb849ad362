import type { Figure } from '../../index';
import {
  band,
  chart,
  curveChart,
  explorable,
  heatmap,
  histogram,
  label,
  line,
  panels,
  points,
  rule,
  shades,
  trainingResults,
} from '../../index';
import { digest } from './digest';

const x = [1, 2, 3, 4];
const marks = [
  band(x, [0.5, 1, 2, 3], [1.5, 3, 4, 6], { name: 'a' }),
  line(x, [1, 2, Number.NaN, 4], { name: 'a', dash: 'dash' }),
  points(x, [1.1, 2.2, 3.3, 4.4], { name: 'b', error: [0.1, 0.1, 0.2, 0.2], symbol: 'square' }),
  rule({ y: 1.5, label: 'half' }),
  label(2, 3, 'here', { side: 'above', color: 'pink' }),
];

/** A chart of every kind. */
export function figures(): Record<string, Figure> {
  const mixed = chart({ title: 'Marks of every kind', x: 'x', y: 'y', marks });
  const logarithmic = chart({
    title: 'Logarithmic axes, whose title is so long that it has to be broken into two lines of one length',
    x: { title: 'x', log: true, ticks: { one: 1, four: 4 } },
    y: { title: 'y', log: true, range: [0.1, 10] },
    marks,
  });
  const binned = chart({
    title: 'A histogram',
    x: 'x',
    y: 'density',
    marks: [histogram([1, 2, 2, 3, 5, 8, -Infinity], { bins: 4, color: shades(3)[1]! })],
  });
  const map = chart({
    title: 'A heat map',
    x: 'x',
    y: 'y',
    marks: [
      heatmap(
        [1, 2],
        [1, 2, 3],
        [
          [0, 1],
          [2, 3],
          [4, Number.NaN],
        ],
        { title: 'z', center: 2 },
      ),
    ],
  });
  return {
    chart: mixed,
    logarithmic,
    histogram: binned,
    heatmap: map,
    panels: panels([mixed, logarithmic, map], { title: 'Panels' }),
    explorable: explorable({
      slider: { name: 'slope', values: [1, 2, 3], start: 1 },
      menu: { up: 1, down: -1 },
      chartAt: (slope, sign) =>
        chart({
          title: 'Lines',
          x: { title: 'x', range: [0, 1] },
          y: { title: 'y', range: [-3, 3] },
          marks: [line([0, 1], [0, sign * slope])],
        }),
    }),
    curveChart: curveChart(trainingResults('mnist-relu').curves, 'testLoss', 'Curves'),
  };
}

export function figureDigests(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(figures()).map(([name, figure]) => [name, digest(JSON.stringify(figure))]),
  );
}
