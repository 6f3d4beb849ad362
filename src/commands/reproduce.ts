#!/usr/bin/env node
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Output } from '../kernel/notebook';
import { comparisonMimeType } from '../notebook/comparison/compare';
import type { JudgedRow } from '../notebook/comparison/judge';
import { formatComparison } from '../notebook/comparison/table';
import { runCommand } from './command';
import { type Command, defineCommand } from './description';
import { ensureTensorFlow } from './ensureTensorFlow';
import { timeoutFlag } from './timeoutFlag';

const nameOf = (file: string) => path.basename(file, '.ipynb');

/** The rows of every comparison table among a notebook's outputs. */
function verdicts(outputs: readonly Output[]): JudgedRow[] {
  return outputs.flatMap((output) => {
    const table = output.data?.[comparisonMimeType] as { rows: JudgedRow[] } | undefined;
    return table?.rows ?? [];
  });
}

/** How many rows the outputs saved in a notebook have; none if it cannot be read, which its rerun reports. */
async function savedVerdicts(file: string): Promise<number> {
  const { parseNotebook } = await import('../kernel/notebook.js');
  try {
    const { cells } = parseNotebook(readFileSync(file, 'utf8'));
    return verdicts(cells.flatMap((cell) => cell.outputs ?? [])).length;
  } catch {
    return 0;
  }
}

/** `npm run reproduce` for the notebooks in a folder. */
export function reproduce(folder: string): Command {
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb'))
    .map(nameOf);
  return defineCommand({
    name: 'npm run reproduce --',
    about:
      'Reruns the notebooks, or those named, saves them and prints their comparisons with the paper as one table. The ' +
      'exit code is 1 if a cell fails, a verdict is not as expected, or a notebook has fewer verdicts than its saved copy.',
    flags: {
      out: {
        kind: 'folder',
        placeholder: 'DIR',
        about: 'write the notebooks to DIR and leave the originals',
      },
      timeout: timeoutFlag,
    },
    positionals: {
      placeholder: 'NAME',
      noun: 'notebook',
      choices: Object.fromEntries(known.sort().map((name) => [name, ''])),
      optional: true,
      several: true,
    },
    async run({ values, positionals }) {
      await ensureTensorFlow();
      const { rerunNotebooks } = await import('./rerun.js');
      const start = performance.now();
      const order = (name: string) => (name === 'tour' ? '' : name); // the tour comes first
      const names = [...(positionals.length > 0 ? positionals : known)].sort((a, b) =>
        order(a).localeCompare(order(b)),
      );
      const files = names.map((name) => path.relative('', path.join(folder, `${name}.ipynb`)));
      const saved = new Map<string, number>();
      for (const file of files) saved.set(file, await savedVerdicts(file));
      const { runs, exitCode } = await rerunNotebooks(files, values);
      if (exitCode > 1) return exitCode; // stopped
      const rows = runs.flatMap(({ file, outputs }) =>
        verdicts(outputs).map((row) => ({ ...row, quantity: `${nameOf(file)}: ${row.quantity}` })),
      );
      const met = rows.filter((row) => row.met).length;
      const ran = runs.filter((run) => !run.failure);
      process.stdout.write(
        `\n${formatComparison(rows)}\n\n` +
          `${((performance.now() - start) / 1000).toFixed(1)} s: ${ran.length} of ${names.length} notebooks ran; ` +
          `${met} of ${rows.length} verdicts met\n`,
      );
      const poorer = ran.filter(({ file, outputs }) => verdicts(outputs).length < saved.get(file)!);
      for (const { file, outputs } of poorer)
        process.stderr.write(
          `${file}: fewer verdicts than its saved copy: ${verdicts(outputs).length} instead of ${saved.get(file)}\n`,
        );
      return exitCode === 0 && met === rows.length && poorer.length === 0 ? 0 : 1;
    },
  });
}

if (require.main === module)
  void runCommand(reproduce(path.resolve(__dirname, '..', '..', 'notebooks')), process.argv.slice(2));
