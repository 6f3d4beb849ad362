import katex from '@vscode/markdown-it-katex';
import MarkdownIt from 'markdown-it';
import { escapeHtml } from '../notebook/table';
import type { Highlight } from './highlight';

/** A heading below the title. */
export interface Heading {
  level: number;
  id: string;
  /** Its content as HTML, formulas included. */
  html: string;
}

/** Renders the parts of one page. */
export interface PageMarkdown {
  render(markdown: string): string;
  /** The headings rendered so far. */
  readonly headings: readonly Heading[];
}

/** The name that GitHub gives a heading of this text. */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replace(/ /g, '-');
}

/**
 * Markdown with formulas between dollar signs, as Jupyter and GitHub read it. Headings get ids and a link to
 * themselves, wide tables and formulas a frame that scrolls.
 * @throws (in `render`) Error if a formula is wrong
 * @param linkTo the address on the site of what a link leads to in the project
 */
export function pageMarkdown(highlight: Highlight, linkTo: (target: string) => string): PageMarkdown {
  const headings: Heading[] = [];
  const md = new MarkdownIt({ html: true, highlight: (code, language) => highlight(code, language) });
  md.use(katex);
  md.core.ruler.push('headings', ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue;
      const content = tokens[i + 1]!;
      const id = anchorOf(content.content.replaceAll('**', '').replaceAll('*', ''));
      const level = Number(token.tag.slice(1));
      token.attrSet('id', id);
      if (level > 1)
        headings.push({ level, id, html: md.renderer.render(content.children!, md.options, {}) });
    }
  });
  md.core.ruler.push('links', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const target = token.type === 'link_open' && token.attrGet('href');
      if (target) token.attrSet('href', linkTo(decodeURI(String(target))));
    }
  });
  const { rules } = md.renderer;
  rules.heading_close = (tokens, i) => {
    const { tag } = tokens[i]!;
    const id = tokens[i - 2]!.attrGet('id')!;
    const name = escapeHtml(tokens[i - 1]!.content);
    const link = tag === 'h1' ? '' : ` <a class="anchor" href="#${id}" aria-label="Link to: ${name}">#</a>`;
    return `${link}</${tag}>\n`;
  };
  rules.table_open = () => `${scrolling('Table')}<table>\n`;
  rules.table_close = () => '</table></div>\n';
  return {
    headings,
    render(markdown) {
      const html = md.render(markdown);
      const [, problem] = /class="[^"]*katex-error[^>]*title="([^"]*)"/.exec(html) ?? [];
      if (problem !== undefined) throw new Error(`a formula cannot be rendered: ${problem}`);
      return html;
    },
  };
}

/** Opens a frame that scrolls what is wider than the page, also by keyboard. */
export function scrolling(name: string): string {
  return `<div class="scrolling" role="region" tabindex="0" aria-label="${escapeHtml(name)}">`;
}
