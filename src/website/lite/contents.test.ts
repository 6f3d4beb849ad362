import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liteNotebook } from './contents';

test('texts are in one piece, JSON stays as it is, links lead to the sources', () => {
  const json = { 'application/vnd.example+json': ['a', 'b'] };
  const cells = [
    { cell_type: 'markdown', source: ['see\n', '[theory](../docs/theory.md) and [one](one.ipynb)'] },
    {
      cell_type: 'code',
      source: ['f(\n', ')'],
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['1\n', '2\n'] },
        { output_type: 'display_data', data: { 'text/plain': ['{\n', '}'], ...json }, metadata: {} },
        { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['E', 'v'] },
      ],
    },
  ];
  const [markdown, code] = JSON.parse(liteNotebook(JSON.stringify({ nbformat: 4, cells }))).cells;
  assert.equal(
    markdown.source,
    'see\n[theory](https://github.com/fracmoment/fracmoment/blob/main/docs/theory.md) and [one](one.ipynb)',
  );
  assert.equal(code.source, 'f(\n)');
  const [stream, display, error] = code.outputs;
  assert.equal(stream.text, '1\n2\n');
  assert.deepEqual(display.data, { 'text/plain': '{\n}', ...json });
  assert.deepEqual(error.traceback, ['E', 'v']);
});
