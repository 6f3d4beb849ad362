import { readdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { parseNotebook } from '../kernel/notebook';
import { writeIfChanged } from '../packaging/write';
import { assets } from './assets';
import { explorableCard, explorableFile, explorablePage, picturesOf } from './explorablePage';
import { explorables } from './explorables/all';
import { loadHighlight } from './highlight';
import { notebookFile } from './links';
import { chartFile, notebookPage, readNotebook } from './notebookPage';
import { notebooks } from './notebooks';
import { redirect } from './redirect';
import { theoryFile } from './shell';
import { type Card, startPage } from './startPage';
import { theoryPage } from './theoryPage';
import { siteVersion } from './version';

const root = path.resolve(__dirname, '..', '..');

type Files = Map<string, string | Uint8Array>;

/** The pages and what they load, by their files on the site. */
async function pages(version: string): Promise<Files> {
  const highlight = await loadHighlight();
  const read = notebooks.map((introduction) => {
    const file = path.join(root, 'notebooks', `${introduction.name}.ipynb`);
    return readNotebook(introduction, parseNotebook(readFileSync(file, 'utf8')));
  });
  const files: Files = await assets();
  for (const [i, notebook] of read.entries()) {
    const neighbours = { previous: read[i - 1], next: read[i + 1] };
    files.set(notebookFile(notebook.name), notebookPage(notebook, neighbours, { highlight, version }));
    for (const [j, { figure, png }] of notebook.charts.entries()) {
      files.set(`${chartFile(notebook.name, j)}.json`, JSON.stringify(figure));
      files.set(`${chartFile(notebook.name, j)}.png`, png);
    }
  }
  files.set(theoryFile, theoryPage(readFileSync(path.join(root, 'docs', 'theory.md'), 'utf8'), highlight));
  const cards: Card[] = [];
  for (const { explorable, data } of explorables()) {
    const pictures = await picturesOf(explorable);
    for (const [file, png] of pictures) files.set(file, png);
    files.set(explorableFile(explorable.name), explorablePage(explorable, data));
    cards.push(explorableCard(explorable, pictures));
  }
  const entries = { explorables: cards, notebooks: read };
  files.set('index.html', startPage(entries, { highlight, packageVersion: version.replace(/-.*/, '') }));
  files.set('lite/index.html', redirect(version));
  files.set('.nojekyll', ''); // GitHub Pages would leave out files that start with an underscore
  return files;
}

/**
 * Builds the site into a folder, and removes what is no longer part of it.
 * @returns the version of the site, below whose address in lite/ JupyterLite goes
 */
export async function buildSite(folder: string): Promise<string> {
  const version = siteVersion();
  const files = await pages(version);
  for (const [file, content] of files) writeIfChanged(path.join(folder, file), content);
  const lite = path.join(folder, 'lite');
  for (const name of readdirSync(lite))
    if (![version, 'index.html'].includes(name)) rmSync(path.join(lite, name), { recursive: true });
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(name.parentPath, name.name);
    const relative = path.relative(folder, file).split(path.sep).join('/');
    if (name.isFile() && !file.startsWith(path.join(lite, version)) && !files.has(relative)) rmSync(file);
  }
  return version;
}
