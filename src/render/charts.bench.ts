import { execFileSync } from 'node:child_process';
import type { BenchRow } from '../bench/rows';
import { chart } from '../charts/chart';
import type { Figure } from '../charts/figure';
import { band, line, points } from '../charts/marks';
import { panels } from '../charts/panels';
import { drawPng } from './render';

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

/** Series of `count` points: a line, or a cloud. */
function long(kind: typeof line | typeof points, count: number): Figure {
  const x = Float64Array.from({ length: count }, (_, i) => i);
  const y = x.map((i) => Math.sin(i / 1000) + Math.sin(i * i));
  return chart({ title: 'Many points', x: 'x', y: 'y', marks: [kind(x, y)] });
}

/** Milliseconds to the first chart in a process of its own, and of that chart alone after a warm-up. */
function inNewProcess(): { whole: number; warm: number } {
  const modules = [require.resolve('./render'), require.resolve('../charts/chart')];
  const program = `
    const start = performance.now();
    const [{ drawPng, warmUp }, { chart }] = ${JSON.stringify(modules)}.map((file) => require(file));
    const draw = () => drawPng(chart({ title: 'First', x: 'x', y: 'y', marks: [] }), { scale: 1 });
    (process.argv[1] === 'warm' ? warmUp() : Promise.resolve(start)).then(async (from) => {
      from ??= performance.now();
      await draw();
      process.stdout.write(String(performance.now() - from));
    });`;
  const run = (how: string) => Number(execFileSync(process.execPath, ['-e', program, how]));
  run('new'); // which keeps Plotly's compiled code
  return { whole: run('new'), warm: run('warm') };
}

/** Time and size of rendered charts. The first one loads Plotly and jsdom. */
export async function bench(): Promise<BenchRow[]> {
  const figure = curves('The mean over depth');
  const pair = panels([figure, curves('The same again')]);
  const timed = async (drawn: () => Figure, times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) await drawPng(drawn(), { scale: 1 });
    return (performance.now() - start) / times;
  };
  const { whole, warm } = inNewProcess();
  await drawPng(figure);
  const kilobytes = (content: { length: number }) => content.length / 1000;
  return [
    { name: 'first chart in a new process', value: whole, unit: 'ms' },
    { name: 'first chart after the warm-up', value: warm, unit: 'ms' },
    { name: 'a chart', value: await timed(() => figure, 10), unit: 'ms' },
    { name: 'two panels', value: await timed(() => pair, 5), unit: 'ms' },
    { name: 'a line of 10⁴ points', value: await timed(() => long(line, 1e4), 3), unit: 'ms' },
    { name: '10⁴ points', value: await timed(() => long(points, 1e4), 3), unit: 'ms' },
    { name: 'a line of 10⁶ points', value: await timed(() => long(line, 1e6), 1), unit: 'ms' },
    { name: 'a chart as PNG', value: kilobytes((await drawPng(figure)).png), unit: 'kB' },
    { name: 'a chart as JSON', value: kilobytes(JSON.stringify(figure)), unit: 'kB' },
    { name: 'two panels as PNG', value: kilobytes((await drawPng(pair)).png), unit: 'kB' },
  ];
}
