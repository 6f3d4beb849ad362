import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import type { Figure } from '../charts/figure';
import type { Notebook } from '../kernel/notebook';
import { runNotebook } from '../kernel/run';
import { renderPng } from '../notebook/picture';

/* What the README promises, held to what is there. */

const root = path.resolve(__dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

test('the example of the README runs in a notebook and prints what it says', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code);
  const printed = /console\.log\(.*\); \/\/ ([\d.]+)/.exec(code)?.[1];
  const folder = mkdtempSync(path.join(__dirname, 'readme-')); // in the project, so that the package is found by name
  try {
    const file = path.join(folder, 'example.ipynb');
    const cell = {
      cell_type: 'code',
      id: 'example',
      metadata: {},
      source: code,
      outputs: [],
      execution_count: null,
    };
    writeFileSync(file, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const run = await runNotebook(file);
    assert.equal(run.failure?.message, undefined);
    const text = run.outputs.map((output) => output.text?.join('') ?? '').join('');
    assert.equal(Number(text.split('\n')[0]).toFixed(4), printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every notebook and every command is told of, and no other', () => {
  const notebooks = readdirSync(path.join(root, 'notebooks')).filter((file) => file.endsWith('.ipynb'));
  const linked = [...readme.matchAll(/\(notebooks\/([\w-]+\.ipynb)\)/g)].map(([, file]) => file!);
  assert.deepEqual([...new Set(linked)].sort(), notebooks.sort());
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const told = [...readme.matchAll(/npm (?:run )?([\w-]+)/g)].map(([, name]) => name!);
  const known = [...Object.keys(scripts), 'ci', 'install', 'pack'];
  assert.deepEqual(
    told.filter((name) => !known.includes(name)),
    [],
  );
});

test('the picture is one that the tour draws, at twice the size', async () => {
  const picture = readFileSync(path.join(root, 'notebooks', 'tour.png'));
  const tour = JSON.parse(readFileSync(path.join(root, 'notebooks', 'tour.ipynb'), 'utf8')) as Notebook;
  const figures = tour.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) => (data?.['application/vnd.plotly.v1+json'] as Figure | undefined) ?? []),
  );
  const drawn = await Promise.all(figures.map((figure) => renderPng(figure, { scale: 2 })));
  assert.ok(drawn.some(({ png }) => picture.equals(png)));
});
