#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { replaceFile } from '../platform/atomicFile';

/** One measured figure. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
}

/** What the command line hands to a benchmark. */
export interface BenchOptions {
  /** A Python interpreter that has PyTorch, to run a peer side by side. */
  pytorch?: string;
}

const usage = 'Usage: npm run bench -- NAME… [--json FILE] [--pytorch PYTHON]';

const dist = path.resolve(__dirname, '..');

/** The compiled benchmarks by name: `theory` is dist/theory/theory.bench.js. */
function benchmarks(): Map<string, string> {
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

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, pytorch: { type: 'string' }, help: { type: 'boolean' } },
  });
  const known = benchmarks();
  const unknown = positionals.filter((name) => !known.has(name));
  if (values.help || unknown.length > 0 || positionals.length === 0) {
    const out = values.help ? process.stdout : process.stderr;
    if (unknown.length > 0) out.write(`No benchmark is called ${unknown.join(', ')}.\n`);
    out.write(`${usage}\nBenchmarks: ${[...known.keys()].sort().join(', ')}\n`);
    return values.help ? 0 : 2;
  }
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}\n`,
  );
  const all: BenchRow[] = [];
  for (const name of positionals) {
    const { bench } = require(known.get(name)!) as {
      bench(options: BenchOptions): Promise<BenchRow[]>;
    };
    const rows = await bench(values.pytorch === undefined ? {} : { pytorch: values.pytorch });
    process.stdout.write(`\n${name}\n${format(rows)}\n`);
    all.push(...rows);
  }
  if (values.json !== undefined) replaceFile(values.json, `${JSON.stringify(all, null, 1)}\n`);
  return 0;
}

if (require.main === module) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
