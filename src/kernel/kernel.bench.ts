import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { BenchRow } from '../bench/rows';
import { type Kernel, startKernel } from './client';

/** A kernel and the same cells in its language. */
interface Contender {
  name: string;
  commandLine?: (connectionFile: string) => string[];
  /** How many cells it runs; stock tslab hangs after some 500 messages. */
  count: number;
  cells: {
    first: string;
    /** Left out where there is nothing alike. */
    import?: string;
    declare(i: number): string;
    topLevelLoop?: string;
    loop?: string;
  };
}

const typeScript: Contender['cells'] = {
  first: '1 + 1',
  import: "import { relu, momentPreservingStd } from 'fracmoment'",
  declare: (i) =>
    `const a${i} = ${i === 0 ? 'momentPreservingStd({ activation: relu, width: 8, s: 1 })' : `a${i - 1} + 1`}; a${i}`,
  topLevelLoop: 'let s = 0; for (let i = 0; i < 3e6; i++) s += i; s',
  loop: 'function f(n: number) { let t = 0; for (let i = 0; i < n; i++) t += i % 7; return t } f(3e7)',
};

const python: Contender['cells'] = {
  first: '1 + 1',
  declare: (i) => `a${i} = ${i === 0 ? '1' : `a${i - 1} + 1`}; a${i}`,
};

function contenders(): Contender[] {
  const tslab = path.join(path.dirname(require.resolve('tslab/package.json')), 'bin', 'tslab');
  const answers = (command: string, ...args: string[]) =>
    spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  const found: Contender[] = [
    { name: 'ours', count: 200, cells: typeScript },
    {
      name: 'stock tslab',
      count: 60,
      commandLine: (file) => [process.execPath, tslab, 'kernel', `--config-path=${file}`],
      cells: typeScript,
    },
  ];
  if (answers('python3', '-c', 'import ipykernel'))
    found.push({
      name: 'ipykernel',
      count: 200,
      commandLine: (file) => ['python3', '-m', 'ipykernel_launcher', '-f', file],
      cells: python,
    });
  if (answers('deno', '--version'))
    found.push({
      name: 'Deno',
      count: 200,
      commandLine: (file) => ['deno', 'jupyter', '--kernel', '--conn', file],
      cells: { ...typeScript, declare: python.declare },
    });
  return found;
}

const rounds = 3;

/** The kernel beside others, one round of each in turn; medians of the rounds. */
export async function bench(): Promise<BenchRow[]> {
  const measured = new Map<string, { unit: string; values: number[] }>();
  const all = contenders();
  for (let round = 0; round < rounds; round++)
    for (const contender of all) {
      const add = (what: string, value: number, unit: string) => {
        const name = `${what}: ${contender.name}`;
        const row = measured.get(name) ?? { unit, values: [] };
        row.values.push(value);
        measured.set(name, row);
      };
      await measure(contender, add);
    }
  const loop = plainLoop();
  const rows = [...measured].map(([name, { unit, values }]) => ({ name, value: median(values), unit }));
  const loops = rows
    .filter(({ name }) => name.startsWith('loop in a function'))
    .map(({ name, value }) => ({ name: `${name}, times plain Node`, value: value / loop, unit: '' }));
  return [...rows, ...loops].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function measure(
  { commandLine, count, cells }: Contender,
  add: (what: string, value: number, unit: string) => void,
): Promise<void> {
  const start = performance.now();
  const kernel = await startKernel(path.join(__dirname, '..', '..', 'notebooks'), { commandLine });
  try {
    await run(kernel, cells.first);
    add('start to first result', performance.now() - start, 'ms');
    if (cells.import !== undefined) add("first import 'fracmoment'", await run(kernel, cells.import), 'ms');
    const times: number[] = [];
    for (let i = 0; i < count; i++) times.push(await run(kernel, cells.declare(i)));
    add('a cell after the import', median(times.slice(10, 60)), 'ms');
    if (count === 200) add('the 200th cell', median(times.slice(-20)), 'ms');
    if (cells.topLevelLoop !== undefined)
      add('3e6 turns over a top-level let', await run(kernel, cells.topLevelLoop), 'ms');
    if (cells.loop !== undefined) add('loop in a function, 3e7 turns', await run(kernel, cells.loop), 'ms');
    add(`resident memory after ${count} cells`, residentMegabytes(kernel), 'MB');
  } finally {
    await kernel.kill();
  }
}

/** How long a cell takes, in ms. */
async function run(kernel: Kernel, code: string): Promise<number> {
  const start = performance.now();
  const { status } = await kernel.request('execute_request', {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  });
  if (status !== 'ok') throw new Error(`a cell of the benchmark failed: ${code}`);
  return performance.now() - start;
}

/** The loop of `typeScript.loop` without a kernel, in ms. */
function plainLoop(): number {
  const program = `${typeScript.loop!.replace(': number', '')}; const start = performance.now(); f(3e7); console.log(performance.now() - start)`;
  return Number(spawnSync(process.execPath, ['-e', program]).stdout);
}

function residentMegabytes(kernel: Kernel): number {
  if (process.platform !== 'linux') return Number.NaN;
  const status = readFileSync(`/proc/${kernel.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
