#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { NotebookRun } from '../kernel/run';
import { comparisonMimeType } from '../notebook/comparison/compare';
import type { JudgedRow } from '../notebook/comparison/judge';
import { formatComparison } from '../notebook/comparison/table';
import { parseTimeout, runCommand, UsageError } from './command';
import { rerunNotebooks } from './rerun';

/*
 * Reruns the notebooks headless, prints the verdicts of all their comparison tables as one table, and fails when a cell
 * or a verdict fails: npm run reproduce [-- NAME…] [--out DIR] [--timeout S]
 */

const usage = `Usage: npm run reproduce -- [NAME…] [--out DIR] [--timeout SECONDS]

Reruns the notebooks, or those named, saves them and prints their comparisons with the paper as one table. The exit
code is 1 if a cell fails or a verdict is not as expected.

  --out DIR          write the notebooks to DIR and leave the originals
  --timeout SECONDS  what a cell may take (default 600)
`;

const nameOf = (file: string) => path.basename(file, '.ipynb');

function select(folder: string, names: string[]): string[] {
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb'))
    .map(nameOf);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`no notebook is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
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

/** The command with these arguments, for the notebooks in a folder; returns the exit code. */
export async function reproduce(folder: string, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: 'string' }, timeout: { type: 'string' }, help: { type: 'boolean' } },
  });
  const { stdout } = process;
  if (values.help) {
    stdout.write(usage);
    return 0;
  }
  const names = select(folder, positionals);
  const timeout = values.timeout === undefined ? undefined : parseTimeout(values.timeout);
  const start = performance.now();
  const files = names.map((name) => path.relative('', path.join(folder, `${name}.ipynb`)));
  const { runs, exitCode } = await rerunNotebooks(files, {
    ...(values.out !== undefined && { out: values.out }),
    ...(timeout !== undefined && { timeout }),
  });
  if (exitCode > 1) return exitCode; // stopped
  const rows = runs.flatMap((run) =>
    verdicts(run).map((row) => ({ ...row, quantity: `${nameOf(run.file)}: ${row.quantity}` })),
  );
  const met = rows.filter((row) => row.met).length;
  const ran = runs.filter((run) => !run.failure).length;
  stdout.write(`\n${formatComparison(rows)}\n\n`);
  stdout.write(
    `${((performance.now() - start) / 1000).toFixed(1)} s: ${ran} of ${names.length} notebooks ran; ` +
      `${met} of ${rows.length} verdicts met\n`,
  );
  return exitCode === 0 && met === rows.length ? 0 : 1;
}

if (require.main === module)
  runCommand(usage, () => reproduce(path.resolve(__dirname, '..', '..', 'notebooks'), process.argv.slice(2)));
