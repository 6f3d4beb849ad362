#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { updateJson } from '../kernel/jsonText';
import { parseNotebook, sourceOf } from '../kernel/notebook';
import { readText } from '../kernel/notebookFile';
import { replaceFile } from '../platform/atomicFile';
import { runCommand } from './command';
import { type Command, defineCommand } from './description';

/** Biome's options for cells: those of src/, but for the width, which a notebook shows without scrolling. */
const biomeOptions = {
  root: true, // no other configuration counts, wherever the cells are copied to
  formatter: { indentStyle: 'space', lineWidth: 88 },
  javascript: { formatter: { quoteStyle: 'single' } },
};

/** A code cell whose text is not as Biome writes it. */
interface Change {
  file: string;
  id: string;
  formatted: string;
}

/** Formats every `.ts` file under a folder in place. */
function formatFolder(folder: string): void {
  const biome = require.resolve('@biomejs/biome/bin/biome');
  const args = [biome, 'format', '--write', '--colors=off', '.'];
  writeFileSync(path.join(folder, 'biome.json'), JSON.stringify(biomeOptions));
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Biome could not format the cells:\n${stderr}`);
}

/** The code cells of these notebooks that are not formatted; all cells go through one run of Biome. */
function findChanges(files: readonly string[]): Change[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-cells-'));
  try {
    const cells = files.flatMap((file) => {
      const name = path.basename(file, '.ipynb');
      mkdirSync(path.join(folder, name));
      return parseNotebook(readText(file))
        .cells.filter((cell) => cell.cell_type === 'code')
        .map((cell) => {
          if (cell.id === undefined) throw new Error(`${file}: a cell has no id`);
          const copy = path.join(folder, name, `${cell.id}.ts`);
          return { file, id: cell.id, text: sourceOf(cell), copy };
        });
    });
    for (const { copy, text } of cells) writeFileSync(copy, `${text}\n`);
    formatFolder(folder);
    return cells
      .map((cell) => ({ ...cell, formatted: readFileSync(cell.copy, 'utf8').trimEnd() }))
      .filter(({ text, formatted }) => formatted !== text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the formatted cells into their notebooks; nothing else in the files changes. */
function writeChanges(changes: readonly Change[]): void {
  for (const file of new Set(changes.map((change) => change.file))) {
    const text = readText(file);
    const notebook = parseNotebook(text);
    for (const { id, formatted } of changes.filter((change) => change.file === file)) {
      const cell = notebook.cells.find((candidate) => candidate.id === id)!;
      cell.source = formatted.split(/(?<=\n)/);
    }
    replaceFile(file, updateJson(text, notebook));
  }
}

/** The formatting of the cells of a folder's notebooks, a part of `npm run format` and `npm run lint`. */
export function formatNotebooks(folder: string): Command {
  return defineCommand({
    name: 'node dist/commands/formatNotebooks.js',
    about:
      'Checks that Biome has formatted the code cells of the notebooks, and names those that it has not. The exit code ' +
      'is 1 if there are any.',
    flags: {
      write: {
        kind: 'boolean',
        about: 'format them; ids, metadata and outputs stay as they are',
      },
    },
    async run({ values }) {
      const files = readdirSync(folder)
        .filter((file) => file.endsWith('.ipynb'))
        .sort()
        .map((file) => path.join(folder, file));
      const changes = findChanges(files);
      if (values.write) {
        writeChanges(changes);
        process.stdout.write(`cells formatted: ${changes.length}\n`);
        return 0;
      }
      for (const { file, id } of changes)
        process.stderr.write(
          `${path.basename(file)}, cell ${id} is not formatted; "npm run format" formats it\n`,
        );
      return changes.length === 0 ? 0 : 1;
    },
  });
}

const notebooks = path.resolve(__dirname, '..', '..', 'notebooks');
if (require.main === module) void runCommand(formatNotebooks(notebooks), process.argv.slice(2));
