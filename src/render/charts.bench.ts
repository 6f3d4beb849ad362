import type { BenchRow } from '../bench/rows';
import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line } from '../charts/marks';
import { panels } from '../charts/panels';
import { renderPng } from './render';

/** Two series of 100 points with their bands. */
function curves(title: string): Figure {
  const x = Array.from({ length: 100 }, (_, i) => i + 1);
  const marks = [1, 2].flatMap((s) => {
    const y = x.map((k) => Math.exp((-k * s) / 100));
    const options = { name: `s = ${s}` };
    return [
      band(
        x,
        y.map((v) => 0.9 * v),
        y.map((v) => 1.1 * v),
        options,
      ),
      line(x, y, options),
    ];
  });
  return chart({ title, x: 'depth k', y: { title: 'E‖x⁽ᵏ⁾‖', log: true }, marks });
}

/** Time and size of rendered charts. The first one loads Plotly and jsdom. */
export async function bench(): Promise<BenchRow[]> {
  const figure = curves('The mean over depth');
  const pair = panels([figure, curves('The same again')]);
  const timed = async (drawn: Figure, times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) await renderPng(drawn);
    return (performance.now() - start) / times;
  };
  const first = await timed(figure, 1);
  const kilobytes = (content: { length: number }) => content.length / 1000;
  return [
    { name: 'first chart', value: first, unit: 'ms' },
    { name: 'a chart', value: await timed(figure, 10), unit: 'ms' },
    { name: 'two panels', value: await timed(pair, 5), unit: 'ms' },
    { name: 'a chart as PNG', value: kilobytes((await renderPng(figure)).png), unit: 'kB' },
    { name: 'a chart as JSON', value: kilobytes(JSON.stringify(figure)), unit: 'kB' },
    { name: 'two panels as PNG', value: kilobytes((await renderPng(pair)).png), unit: 'kB' },
  ];
}
