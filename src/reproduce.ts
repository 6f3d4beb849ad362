#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { comparisonMimeType, formatComparison, type JudgedRow } from './charts/compare';
import { type NotebookRun, runNotebook } from './kernel/run';

/*
 * Reruns the notebooks headless, prints the verdicts of all their comparison tables as one table, and fails when a cell
 * or a verdict fails: npm run reproduce [-- NAME…] [--out DIR] [--timeout S]
 */

const usage = 'Usage: npm run reproduce -- [NAME…] [--out DIR] [--timeout SECONDS]';
const folder = path.resolve(__dirname, '..', 'notebooks');

function selected(names: string[]): string[] {
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb'))
    .map((file) => path.basename(file, '.ipynb'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`no notebook is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const order = (name: string) => (name === 'tour' ? '' : name); // the tour comes first
  return (names.length > 0 ? names : known).sort((a, b) => order(a).localeCompare(order(b)));
}

/** The rows of every comparison table among a notebook's outputs. */
function verdicts(run: NotebookRun): JudgedRow[] {
  return run.outputs.flatMap((output) => {
    const table = output.data?.[comparisonMimeType] as { rows: JudgedRow[] } | undefined;
    return table?.rows ?? [];
  });
}

const abort = new AbortController();
process.once('SIGINT', () => abort.abort(new Error('stopped by Ctrl-C')));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, timeout: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const start = performance.now();
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const rows: JudgedRow[] = [];
  const failures: string[] = [];
  for (const name of selected(positionals)) {
    const run = await runNotebook(path.join(folder, `${name}.ipynb`), {
      signal: abort.signal,
      ...(values.out !== undefined && { out: values.out }),
      ...(values.timeout !== undefined && { timeout: Number(values.timeout) }),
    });
    process.stdout.write(`${run.failure ? 'FAILED' : 'ok    '} ${name}  ${run.seconds.toFixed(1)} s\n`);
    if (run.failure) {
      failures.push(name);
      process.stderr.write(
        `${name}, cell ${run.failure.cell}:\n${run.failure.source}\n${run.failure.message}\n`,
      );
    }
    rows.push(...verdicts(run).map((row) => ({ ...row, quantity: `${name}: ${row.quantity}` })));
  }
  const unmet = rows.filter((row) => !row.met).length;
  process.stdout.write(`\n${formatComparison(rows)}\n\n`);
  process.stdout.write(
    `${seconds(performance.now() - start)}: ${failures.length === 0 ? 'every notebook ran' : `${failures.join(', ')} failed`}; ` +
      `${rows.length - unmet} of ${rows.length} verdicts met\n`,
  );
  return failures.length > 0 || unmet > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = abort.signal.aborted ? 130 : 2;
  },
);
