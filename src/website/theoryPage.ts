import type { Highlight } from './highlight';
import { pageMarkdown } from './markdown';
import { notebookFile } from './notebookPage';
import { outlineHtml } from './outline';
import { pageHtml, repository } from './shell';

/** The address on the site of what the document links to. */
function link(target: string): string {
  if (/^[a-z]+:/.test(target) || target.startsWith('#')) return target;
  const inProject = new URL(target, 'file:///docs/').pathname.slice(1);
  const [, notebook] = /^notebooks\/([\w-]+)\.ipynb$/.exec(inProject) ?? [];
  return notebook === undefined ? `${repository}/blob/main/${inProject}` : notebookFile(notebook);
}

/** The page of docs/theory.md. */
export function theoryPage(document: string, highlight: Highlight): string {
  const markdown = pageMarkdown(highlight, link);
  const content = markdown.render(document);
  return pageHtml({
    file: 'theory.html',
    title: 'Theory – fracmoment',
    description: 'The derivation of every formula that fracmoment uses, with numbered equations.',
    main: `<article>\n${content}\n</article>`,
    aside: outlineHtml(markdown.headings.filter(({ level }) => level === 2)),
    formulas: true,
  });
}
