import type { Heading } from './markdown';

/** The headings of a page as links; beside the text where there is room, else folded above it. */
export function outlineHtml(headings: readonly Heading[]): string {
  const entry = ({ level, id, html }: Heading) =>
    `<li class="level-${level}"><a href="#${id}">${html}</a></li>`;
  return `<nav class="outline" aria-label="On this page">
<details open>
<summary>On this page</summary>
<ol>
${headings.map(entry).join('\n')}
</ol>
</details>
</nav>`;
}
