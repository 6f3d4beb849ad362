import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropout, rrelu } from '../core/activations';
import type { LayerReport } from './report';
import { reportBundle, reportText } from './reportView';

function layer(changes: Partial<LayerReport>): LayerReport {
  return {
    name: 'dense_1',
    kind: 'Dense',
    width: 64,
    activation: undefined,
    weightStd: 0.04289,
    logNorm: { measured: -0.361, predicted: -0.219, spread: 0.1404 },
    moment: { measured: 1, predicted: 1 },
    smallShare: { measured: 0, predicted: 0 },
    deadShare: { measured: 0.046875, predicted: 0.043 },
    gradient: { measured: -11.456, predicted: undefined, spread: undefined },
    asPredicted: true,
    note: undefined,
    ...changes,
  };
}

test('a report as text: a table of at most 100 columns under the summary', () => {
  const text = reportText({
    summary: 'Healthy: all is well.',
    layers: [
      layer({}),
      layer({
        name: 'block5_depthwise_separable_convolution_after_normalization',
        kind: 'SeparableConv2D',
        width: 2048,
        activation: dropout(rrelu(0.125, 0.3333), { rate: 0.25 }),
        asPredicted: false,
      }),
    ],
  });
  const [summary, blank, ...table] = text.split('\n');
  assert.deepEqual([summary, blank], ['Healthy: all is well.', '']);
  assert.ok(table.every((line) => line.length <= 100));
  const first = table.find((line) => line.startsWith('dense_1 '))!;
  assert.deepEqual(first.split(/ {2,}/), [
    'dense_1',
    'Dense, 64',
    '?',
    '0.0429',
    '−0.36',
    '−0.22 ± 0.14',
    '5 %',
    '−11.46',
    '–',
  ]);
  assert.match(text, /−0\.22 ± 0\.14,/);
  const long = reportText({ summary: `${'word '.repeat(50).trim()}.\nTwo.`, layers: [] }).split('\n');
  assert.deepEqual(long.slice(0, 4), [
    'word '.repeat(20).trim(),
    'word '.repeat(20).trim(),
    `${'word '.repeat(10).trim()}.`,
    'Two.',
  ]);
  assert.match(text, /differs/);
});

test('in a notebook, the same table as HTML, without colors of its own, and as Markdown', () => {
  const fields = {
    summary: 'One <b>.\nTwo.',
    layers: [layer({ name: '<i>a_b' }), layer({ asPredicted: false })],
  };
  const bundle = reportBundle(fields);
  assert.deepEqual(Object.keys(bundle), ['text/html', 'text/markdown', 'text/plain']);
  const html = bundle['text/html']!;
  assert.match(html, /^<p>One &lt;b&gt;\.<\/p>\n<p>Two\.<\/p>\n<table>/);
  assert.equal(html.match(/<tr>/g)?.length, 3);
  assert.match(html, /<td[^>]*>&lt;i&gt;a_b<\/td>/);
  assert.match(html, /<b>−0\.22\u00a0±\u00a00\.14, differs<\/b>/);
  assert.doesNotMatch(html, /color|background|<i>/);
  const markdown = bundle['text/markdown']!.split('\n');
  assert.match(bundle['text/markdown']!, /^One \\<b\\>\.\n\nTwo\.\n\n\| layer \|/);
  assert.match(markdown.at(-1)!, /\*\*−0\.22\u00a0±\u00a00\.14, differs\*\*/);
  assert.equal(bundle['text/plain'], reportText(fields));
});
