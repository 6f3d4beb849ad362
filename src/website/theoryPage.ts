import type { Highlight } from './highlight';
import { linkFrom } from './links';
import { pageMarkdown } from './markdown';
import { outlineHtml } from './outline';
import { pageHtml, theoryFile } from './shell';

/** The page of docs/theory.md. */
export function theoryPage(document: string, highlight: Highlight): string {
  const markdown = pageMarkdown(highlight, linkFrom(theoryFile, 'docs'));
  const content = markdown.render(document);
  return pageHtml({
    file: theoryFile,
    title: 'Theory – fracmoment',
    description: 'The derivation of every formula that fracmoment uses, with numbered equations.',
    main: `<article>\n${content}\n</article>`,
    aside: outlineHtml(markdown.headings.filter(({ level }) => level === 2)),
    formulas: true,
  });
}
