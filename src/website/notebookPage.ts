import type { Notebook } from '../kernel/notebook';
import { sourceOf } from '../kernel/notebook';
import { escapeHtml } from '../notebook/table';
import type { Highlight } from './highlight';
import { linkFrom, notebookFile } from './links';
import { pageMarkdown } from './markdown';
import type { Introduction } from './notebooks';
import { outlineHtml } from './outline';
import { type Chart, chartHtml, chartOf, outputHtml } from './outputs';
import { addressFrom, pageHtml } from './shell';

/** A notebook, read. */
export interface Read extends Introduction {
  notebook: Notebook;
  /** The text of its first heading. */
  title: string;
  charts: readonly Chart[];
}

/** The files of a notebook's chart on the site, without their endings. */
export const chartFile = (name: string, chart: number) => `notebooks/charts/${name}-${chart + 1}`;

/** The notebook with its title and charts. */
export function readNotebook(introduction: Introduction, notebook: Notebook): Read {
  const [, title] = /^# (.+)$/m.exec(sourceOf(notebook.cells[0]!)) ?? [];
  if (title === undefined) throw new Error(`${introduction.name}.ipynb does not start with a heading`);
  const charts = notebook.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap((output) => chartOf(output) ?? []),
  );
  return { ...introduction, notebook, title, charts };
}

/**
 * The page of a notebook.
 * @param neighbours the notebooks before and after it
 * @param version of the site, a part of the address where the notebook can be run
 */
export function notebookPage(
  { name, title, about, notebook, charts }: Read,
  neighbours: { previous: Read | undefined; next: Read | undefined },
  { highlight, version }: { highlight: Highlight; version: string },
): string {
  const file = notebookFile(name);
  const markdown = pageMarkdown(highlight, linkFrom(file, 'notebooks'));
  const lab = addressFrom(file, `lite/${version}/lab/index.html`);
  const run = `<p class="run"><a href="${lab}?path=${name}.ipynb">Run this notebook</a> in your browser: JupyterLab opens with a TypeScript kernel. Nothing is installed; about 6 MB are downloaded the first time.</p>`;
  let drawn = 0;
  const cells = notebook.cells.map((cell, i) => {
    if (cell.cell_type === 'markdown') return markdown.render(sourceOf(cell)) + (i === 0 ? run : '');
    const code = `<details class="code" open><summary>Code</summary>${highlight(sourceOf(cell), 'typescript')}</details>`;
    const outputs = (cell.outputs ?? []).map((output) =>
      chartOf(output)
        ? chartHtml(charts[drawn]!, addressFrom(file, chartFile(name, drawn++)))
        : outputHtml(output),
    );
    return [code, ...outputs].join('\n');
  });
  const link = (rel: 'prev' | 'next', label: string, other: Read | undefined) =>
    other
      ? `<a rel="${rel}" href="${addressFrom(file, notebookFile(other.name))}"><small>${label}</small>${escapeHtml(other.title)}</a>`
      : '';
  const pages = `<nav class="pages" aria-label="Previous and next notebook">
${link('prev', 'Previous', neighbours.previous)}
${link('next', 'Next', neighbours.next)}
</nav>`;
  return pageHtml({
    file,
    title: `${title} – fracmoment`,
    description: about,
    main: `<article>\n${cells.join('\n')}\n</article>\n${pages}`,
    aside: outlineHtml(markdown.headings),
    formulas: true,
    programs: ['charts.js'],
  });
}
