// Oracle for the file format: nbformat 5.11's own writer (v4/nbjson.py, v4/rwbase.py); .ci/nbclient_check.py compares
// whole files with it byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clearNotebook, createRecorder, formatNotebook, type NotebookCell, parseNotebook } from './notebook';
import { createHeader, type JsonRecord, type Message } from './wire';

const codeCell = (members: object = {}) => ({
  cell_type: 'code',
  metadata: {},
  source: 'x',
  outputs: [],
  execution_count: null,
  ...members,
});
const parse = (cells: object[], members: object = {}) =>
  parseNotebook(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...members }));

describe('parseNotebook', () => {
  test('assigns reproducible, distinct ids to cells without one', () => {
    const cells = [codeCell(), codeCell({ id: 'cell-3' }), codeCell()];
    const notebook = parse(cells, { nbformat_minor: 2 });
    assert.deepEqual(
      notebook.cells.map(({ id }) => id),
      ['cell-1', 'cell-3', 'cell-3-'],
    );
    assert.equal(notebook.nbformat_minor, 5);
  });

  test('brings the format to 4.5, or leaves a later one', () => {
    for (const [found, kept] of [
      [undefined, 5],
      [null, 5],
      ['4', 5],
      [4, 5],
      [6, 6],
    ] as const)
      assert.equal(parse([], { nbformat_minor: found }).nbformat_minor, kept, String(found));
  });

  test('splits sources after every line end that Python knows', () => {
    const [cell] = parse([codeCell({ source: 'a\nb\r\nc\u2028d' })]).cells;
    assert.deepEqual(cell?.source, ['a\n', 'b\r\n', 'c\u2028', 'd']);
    assert.deepEqual(parse([codeCell({ source: '' })]).cells[0]?.source, []);
  });

  test('rejects anything but a notebook of format 4', () => {
    for (const text of ['[]', '{}', '{"nbformat":3,"cells":[]}', '{"nbformat":4,"cells":[5]}'])
      assert.throws(() => parseNotebook(text), /not a notebook of format 4/, text);
    assert.throws(() => parseNotebook('no JSON'), SyntaxError);
  });
});

describe('formatNotebook', () => {
  test('sorts keys, indents by one space and keeps other alphabets', () => {
    const notebook = parse([], { metadata: { title: 'σ', a: [] } });
    assert.equal(
      formatNotebook(notebook),
      '{\n "cells": [],\n "metadata": {\n  "a": [],\n  "title": "σ"\n },\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
    );
  });

  test('writes numbers as Python does', () => {
    // oracle: json.dumps of the same numbers in CPython 3.11
    for (const [number, expected] of [
      [1e-7, '1e-07'],
      [0.00001, '1e-05'],
      [-0.000012345, '-1.2345e-05'],
      [0.0001, '0.0001'],
      [1.5e-300, '1.5e-300'],
      [5e-324, '5e-324'],
      [0, '0'],
      [0.1, '0.1'],
      [123456789, '123456789'],
      [1e21, '1e+21'],
      [1.5e22, '1.5e+22'],
    ] as const) {
      const text = formatNotebook(parse([], { metadata: { number } }));
      assert.ok(text.includes(`"number": ${expected}\n`), `${number}: ${text}`);
    }
  });
});

describe('a run', () => {
  const message = (type: string, content: JsonRecord): Message => ({
    identities: [],
    header: createHeader(type, ''),
    parent: {},
    metadata: {},
    content,
  });

  function recorded(...messages: [cell: number, type: string, content: JsonRecord][]): NotebookCell[] {
    const notebook = parse([codeCell({ outputs: [{}], execution_count: 9 }), codeCell()]);
    clearNotebook(notebook);
    const { record } = createRecorder();
    for (const [cell, type, content] of messages) record(notebook.cells[cell]!, message(type, content));
    return notebook.cells;
  }
  const outputs = (cells: NotebookCell[]) => cells.map((cell) => cell.outputs);

  test('leaves no trace of earlier ones and names the kernel', () => {
    const notebook = parse(
      [codeCell({ outputs: [{}], execution_count: 9, metadata: { execution: {}, tags: ['a'] } })],
      {
        metadata: { kernelspec: { name: 'other' }, title: 'kept' },
      },
    );
    clearNotebook(notebook);
    assert.deepEqual(notebook.cells[0], {
      ...codeCell({ metadata: { tags: ['a'] } }),
      id: 'cell-1',
      source: ['x'],
    });
    assert.equal((notebook.metadata.kernelspec as JsonRecord).name, 'fracmoment');
    assert.equal((notebook.metadata.language_info as JsonRecord).name, 'typescript');
    assert.equal(notebook.metadata.title, 'kept');
  });

  test('joins the pieces of a stream', () => {
    const cells = recorded(
      [0, 'stream', { name: 'stdout', text: 'a\nb' }],
      [0, 'stream', { name: 'stdout', text: 'c\n' }],
      [0, 'stream', { name: 'stderr', text: 'd' }],
      [0, 'stream', { name: 'stdout', text: 'e' }],
    );
    assert.deepEqual(cells[0]?.outputs, [
      { output_type: 'stream', name: 'stdout', text: ['a\n', 'bc\n'] },
      { output_type: 'stream', name: 'stderr', text: ['d'] },
      { output_type: 'stream', name: 'stdout', text: ['e'] },
    ]);
  });

  test('updates displays in place, also those of earlier cells', () => {
    const shown = (text: string) => ({
      data: { 'text/plain': text },
      metadata: {},
      transient: { display_id: 'd' },
    });
    const saved = (text: string) => ({
      output_type: 'display_data',
      data: { 'text/plain': [text] },
      metadata: {},
    });
    const cells = recorded(
      [0, 'display_data', shown('1')],
      [1, 'display_data', shown('2')],
      [1, 'update_display_data', shown('3')],
      [1, 'update_display_data', { ...shown('4'), transient: { display_id: 'unknown' } }],
    );
    assert.deepEqual(outputs(cells), [[saved('3')], [saved('3')]]);
  });

  test('honours clear_output, at once or before the next output', () => {
    const stream = (text: string): [number, string, JsonRecord] => [0, 'stream', { name: 'stdout', text }];
    assert.deepEqual(outputs(recorded(stream('a'), [0, 'clear_output', { wait: false }])), [[], []]);
    const waiting = recorded(stream('a'), [0, 'clear_output', { wait: true }]);
    assert.equal(waiting[0]?.outputs?.length, 1);
    const cleared = recorded(stream('a'), [0, 'clear_output', { wait: true }], stream('b'));
    assert.deepEqual(cleared[0]?.outputs, [{ output_type: 'stream', name: 'stdout', text: ['b'] }]);
  });

  test('keeps counts, results, errors and formats: text in lines, others whole', () => {
    const data = {
      'text/html': 'a\nb',
      'image/png': 'YQ==\n',
      'image/svg+xml': '<svg>\n</svg>',
      'application/json': { a: 1 },
    };
    const error = { ename: 'E', evalue: 'v', traceback: ['t'] };
    const cells = recorded(
      [0, 'execute_input', { code: 'x', execution_count: 3 }],
      [0, 'execute_result', { data, metadata: { b: 2 }, execution_count: 3 }],
      [0, 'error', error],
      [0, 'status', { execution_state: 'idle' }],
    );
    assert.equal(cells[0]?.execution_count, 3);
    assert.deepEqual(cells[0]?.outputs, [
      {
        output_type: 'execute_result',
        data: { ...data, 'text/html': ['a\n', 'b'], 'image/svg+xml': ['<svg>\n', '</svg>'] },
        metadata: { b: 2 },
        execution_count: 3,
      },
      { output_type: 'error', ...error },
    ]);
  });
});
