import * as path from 'node:path';
import { escapeHtml } from '../notebook/table';

/** What differs between the pages. */
export interface Page {
  /** Its file on the site, such as `notebooks/tour.html`. */
  file: string;
  title: string;
  description: string;
  /** The content of `main`. */
  main: string;
  /** What stands beside it, such as an outline. */
  aside?: string;
  /** Whether it has formulas. */
  formulas?: boolean;
  /** The modules that it runs, by their names in `assets/`. */
  programs?: readonly string[];
}

/** Where the sources are published. */
export const repository = 'https://github.com/fracmoment/fracmoment';
/** The page of docs/theory.md. */
export const theoryFile = 'theory.html';
export const paper = 'https://arxiv.org/abs/2005.11878';

/** The relative address of a file from a page; both by their paths on the site. */
export function addressFrom(page: string, file: string): string {
  const relative = path.posix.relative(path.posix.dirname(page), file);
  return file.endsWith('/') ? `${relative}/` : relative;
}

/** A page as HTML. */
export function pageHtml({
  file,
  title,
  description,
  main,
  aside = '',
  formulas,
  programs = [],
}: Page): string {
  const to = (other: string) => addressFrom(file, other);
  const current = (other: string) => (other === file ? ' aria-current="page"' : '');
  const styles = [...(formulas ? ['katex/katex.css'] : []), 'site.css'];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(description)}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${to('assets/icon.svg')}" type="image/svg+xml">
${styles.map((name) => `<link rel="stylesheet" href="${to(`assets/${name}`)}">`).join('\n')}
${programs.map((name) => `<script type="module" src="${to(`assets/${name}`)}"></script>`).join('\n')}
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="site">
<a class="name" href="${to('index.html')}"${current('index.html')}>fracmoment</a>
<nav aria-label="Site">
<a href="${to('index.html')}#explore">Explore</a>
<a href="${to('index.html')}#notebooks">Notebooks</a>
<a href="${to(theoryFile)}"${current(theoryFile)}>Theory</a>
<a href="${repository}">GitHub</a>
</nav>
</header>
<div class="columns">
${aside}
<main id="content" tabindex="-1">
${main}
</main>
</div>
<footer class="site">
<p>fracmoment, an independent implementation of <a href="${paper}">arXiv 2005.11878</a>. MIT licence. <a href="${repository}">Sources</a>, <a href="${repository}#readme">README</a>.</p>
</footer>
</body>
</html>
`;
}
