// Links within the project, in its documents and notebooks: the files exist, and so do the headings they point to.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { parseNotebook, sourceOf } from '../kernel/notebook';
import { anchorOf } from '../website/markdown';

const root = path.resolve(__dirname, '..', '..');

/** Markdown by the file it stands in. */
function documents(): Map<string, string> {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/theory.md'].map(
    (file): [string, string] => [file, readFileSync(path.join(root, file), 'utf8')],
  );
  const notebooks = readdirSync(path.join(root, 'notebooks'))
    .filter((file) => file.endsWith('.ipynb'))
    .map((file): [string, string] => {
      const { cells } = parseNotebook(readFileSync(path.join(root, 'notebooks', file), 'utf8'));
      const texts = cells.filter((cell) => cell.cell_type === 'markdown').map(sourceOf);
      return [`notebooks/${file}`, texts.join('\n\n')];
    });
  return new Map([...pages, ...notebooks]);
}

/** The anchors that GitHub gives a page's headings. */
function anchors(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, text]) => text!);
  return new Set(headings.map(anchorOf));
}

test('every link to a file or heading of the project leads there', () => {
  const broken: string[] = [];
  let links = 0;
  for (const [file, markdown] of documents()) {
    const prose = markdown.replace(/```[\s\S]*?```/g, '');
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      links++;
      const [name = '', anchor] = target!.split('#');
      const linked = name === '' ? file : path.posix.join(path.posix.dirname(file), name);
      const exists = existsSync(path.join(root, linked));
      const text = exists && linked.endsWith('.md') ? readFileSync(path.join(root, linked), 'utf8') : '';
      if (!exists || (anchor !== undefined && !anchors(text).has(anchor))) broken.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(links > 20, `${links} links`);
});

test('every equation that a comment cites is in docs/theory.md', () => {
  const theory = readFileSync(path.join(root, 'docs', 'theory.md'), 'utf8');
  const numbers = new Set([...theory.matchAll(/\\tag\{(\d+)\}/g)].map(([, number]) => Number(number)));
  assert.deepEqual(
    [...numbers],
    Array.from({ length: numbers.size }, (_, i) => i + 1),
    'numbered one after another',
  );
  const src = path.join(root, 'src');
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const missing = sources.flatMap((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    return [...text.matchAll(/Equations? ((?:\(\d+\)(?:, |–| and |[\s*]+)*)+)/g)]
      .flatMap(([, list]) => [...list!.matchAll(/\((\d+)\)/g)].map(([, number]) => Number(number)))
      .filter((number) => !numbers.has(number))
      .map((number) => `${file}: equation (${number})`);
  });
  assert.deepEqual(missing, []);
});
