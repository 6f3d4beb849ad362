import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageMarkdown } from './markdown';

const page = () =>
  pageMarkdown(
    (code, language) => `<pre>${language}: ${code}</pre>`,
    (target) => `to/${target}`,
  );

test('headings below the title are collected, with the names that GitHub gives them', () => {
  const markdown = page();
  markdown.render('# Title\n\n## (b) The *distance* from Kaiming\n\n### σ₀ and $x^2$');
  assert.deepEqual(
    markdown.headings.map(({ level, id }) => [level, id]),
    [
      [2, 'b-the-distance-from-kaiming'],
      [3, 'σ₀-and-x2'],
    ],
  );
  assert.match(markdown.headings[1]!.html, /katex/);
});

test('formulas are rendered with MathML for screen readers; a wrong one is an error', () => {
  assert.match(page().render('Let $\\sigma_0$ be'), /<math/);
  assert.match(page().render('$$\\frac12$$'), /katex-display/);
  assert.throws(() => page().render('$\\nosuchcommand$'), /nosuchcommand/);
});

test('links lead where they are told, tables scroll, code is highlighted', () => {
  assert.match(page().render('[a](figure-2.ipynb)'), /href="to\/figure-2\.ipynb"/);
  assert.match(
    page().render('| a |\n|---|\n| 1 |'),
    /^<div class="scrolling" role="region" tabindex="0"[^>]*><table>/,
  );
  assert.equal(page().render('```ts\nlet a;\n```'), '<pre>ts: let a;\n</pre>\n');
});
