#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import * as path from 'node:path';
import type { Benchmark, BenchRow } from '../bench/rows';
import { replaceFile } from '../platform/atomicFile';
import { runCommand } from './command';
import { defineCommand } from './description';
import { ensureTensorFlow } from './ensureTensorFlow';

const dist = path.resolve(__dirname, '..');

/** The compiled benchmarks by name: `theory` is dist/theory/theory.bench.js. */
export function benchmarkFiles(): Map<string, string> {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.bench.js'))
      .map((file) => [path.basename(file, '.bench.js'), path.join(dist, file)]),
  );
}

function format(rows: BenchRow[]): string {
  const value = (x: number) =>
    Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3 ? x.toExponential(2) : x.toPrecision(4);
  const width = Math.max(...rows.map((row) => row.name.length));
  return rows
    .map((row) => `${row.name.padEnd(width)}  ${value(row.value).padStart(10)} ${row.unit}`)
    .join('\n');
}

/** `npm run bench`. */
export const bench = defineCommand({
  name: 'npm run bench --',
  about: 'Measures speed, accuracy and memory on this machine.',
  flags: {
    json: { kind: 'text', placeholder: 'FILE', about: 'also write the figures to FILE' },
    pytorch: {
      kind: 'text',
      placeholder: 'PYTHON',
      about: 'a Python interpreter that has PyTorch, to measure it side by side (training, simulation)',
    },
  },
  positionals: {
    placeholder: 'NAME',
    noun: 'benchmark',
    several: true,
    choices: {
      charts: 'drawing figures as pictures',
      estimators: 'estimators on large samples',
      experiments: 'training of each full-scale experiment on one processor',
      import: 'loading the library',
      kernel: 'the notebook kernel beside stock tslab, ipykernel and Deno, where installed',
      models: 'the initialization report on very wide layers, beside a forward pass',
      simulation: 'random networks, exact in law and replayed',
      theory: 'exact standard deviations, moments and laws: speed and accuracy',
      training: "training at the authors' sizes",
    },
  },
  async run({ values, positionals }) {
    await ensureTensorFlow();
    process.stdout.write(
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}\n`,
    );
    const files = benchmarkFiles();
    const all: BenchRow[] = [];
    for (const name of positionals) {
      const benchmark = require(files.get(name)!) as Benchmark;
      const rows = await benchmark.bench({ pytorch: values.pytorch });
      process.stdout.write(`\n${name}\n${format(rows)}\n`);
      all.push(...rows);
    }
    if (values.json !== undefined) replaceFile(values.json, `${JSON.stringify(all, null, 1)}\n`);
    return 0;
  },
});

if (require.main === module) void runCommand(bench, process.argv.slice(2));
