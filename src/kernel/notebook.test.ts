// Oracles: the notebook format as nbformat 5.11 describes it (nbformat.v4.5.schema.json), and nbclient 0.11 for what a run does.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { updateJson } from './jsonText';
import {
  assertTypeScript,
  cellsToRun,
  clearNotebook,
  createRecorder,
  type NotebookCell,
  outputsOf,
  parseNotebook,
  sourceOf,
} from './notebook';
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
const tagged = (...tags: unknown[]) => codeCell({ metadata: { tags } });

describe('parseNotebook', () => {
  test('keeps what is in the file: any minor version, no id, the source as it is', () => {
    for (const minor of [0, 4, 5, 6]) {
      const [cell] = parse([codeCell()], { nbformat_minor: minor }).cells;
      assert.deepEqual(cell, codeCell());
    }
    const [cell] = parse([codeCell({ source: ['a\n', 'b'] })]).cells;
    assert.deepEqual(cell?.source, ['a\n', 'b']);
    assert.equal(sourceOf(cell), 'a\nb');
  });

  test('rejects anything but a notebook of format 4, in one line', () => {
    for (const [text, message] of [
      ['no JSON', /^not valid JSON: /],
      ['{"a":\n\n nope}', /^not valid JSON: /],
      ['\ufeff{}', /^not valid JSON: it starts with a byte order mark; /],
      ['[]', /^not a notebook of format 4$/],
      ['{}', /^not a notebook of format 4$/],
      ['{"nbformat":4}', /^not a notebook of format 4$/],
      ['{"nbformat":3,"cells":[]}', /^not a notebook of format 4: its nbformat is 3$/],
      ['{"nbformat":5,"cells":[]}', /^not a notebook of format 4: its nbformat is 5$/],
      ['{"nbformat":"4","cells":[]}', /^not a notebook of format 4: its nbformat is "4"$/],
      ['{"nbformat":4,"cells":[5]}', /^not a notebook of format 4: cell 1 lacks its type or its source$/],
      [
        `{"nbformat":4,"cells":[],"metadata":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
        /^nested more than 900 levels deep$/,
      ],
    ] as const)
      assert.throws(
        () => parseNotebook(text),
        (error: Error) => message.test(error.message) && !error.message.includes('\n'),
        text.slice(0, 50),
      );
  });

  test('reads a damaged notebook as one that is written back as it is, or not at all', () => {
    const folder = join(__dirname, '..', '..', 'notebooks');
    const name = readdirSync(folder).find((file) => file.endsWith('.ipynb'))!;
    const whole = readFileSync(join(folder, name), 'utf8').slice(0, 20_000);
    const end = whole.lastIndexOf('\n  },');
    const text = `${whole.slice(0, end)}\n  }\n ],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n`;
    assert.ok(parseNotebook(text).cells.length > 3);
    const place = fc.nat(text.length - 1);
    const damage = fc.oneof(
      place.map((at) => text.slice(0, at)),
      fc
        .tuple(place, fc.string({ maxLength: 3, unit: 'binary' }))
        .map(([at, s]) => text.slice(0, at) + s + text.slice(at + 1)),
      fc.tuple(place, place).map(([from, to]) => text.slice(0, from) + text.slice(to)),
    );
    let read = 0;
    fc.assert(
      fc.property(damage, (damaged) => {
        let notebook: ReturnType<typeof parseNotebook>;
        try {
          notebook = parseNotebook(damaged);
        } catch (error) {
          assert.match((error as Error).message, /^(not valid JSON: .|not a notebook of format 4)[^\n]*$/);
          return;
        }
        read++;
        assert.equal(updateJson(damaged, notebook), damaged);
        cellsToRun(notebook);
        outputsOf(notebook);
        clearNotebook(notebook);
        assert.deepEqual(JSON.parse(updateJson(damaged, notebook)), notebook);
      }),
      { numRuns: 300, seed: 1 },
    );
    assert.ok(read > 20, `only ${read} were notebooks still`);
  });
});

describe('assertTypeScript', () => {
  const check = (metadata: unknown) => assertTypeScript(parse([], { metadata }));
  const kernel = (members: object) => ({ kernelspec: { display_name: 'x', ...members } });

  test('accepts notebooks of TypeScript kernels, and those that name no language', () => {
    for (const metadata of [
      undefined,
      null,
      {},
      { kernelspec: null, language_info: 5 },
      kernel({}),
      kernel({ name: 'fracmoment' }),
      kernel({ name: 'tslab' }),
      kernel({ name: 'deno', language: 'typescript' }),
      kernel({ name: 'other', language: 'TypeScript' }),
      { language_info: { name: 'typescript' } },
    ])
      check(metadata);
  });

  test('refuses others by their kernel or their language', () => {
    for (const [metadata, found] of [
      [kernel({ name: 'python3' }), 'python3'],
      [kernel({ name: 'python3', language: 'python' }), 'python'],
      [{ language_info: { name: 'R' } }, 'R'],
      [{ ...kernel({ name: 'tslab', language: 'typescript' }), language_info: { name: 'python' } }, 'python'],
      [{ ...kernel({ name: 'python3' }), language_info: { name: 'typescript' } }, 'python3'],
    ] as const)
      assert.throws(() => check(metadata), {
        message: `not a TypeScript notebook: its metadata say "${found}"`,
      });
  });
});

describe('cellsToRun', () => {
  test('are those of code that are neither empty nor tagged skip-execution', () => {
    const cells = [
      codeCell({ source: '1' }),
      codeCell({ source: ' \n' }),
      { cell_type: 'markdown', metadata: {}, source: 'x' },
      tagged('a', 'skip-execution'),
      codeCell({ source: '2', metadata: { tags: 'skip-execution' } }), // no list of tags
      codeCell({ source: '3', metadata: null }),
    ];
    assert.deepEqual(cellsToRun(parse(cells)).map(sourceOf), ['1', '2', '3']);
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
      { metadata: { kernelspec: { name: 'other' }, title: 'kept' } },
    );
    clearNotebook(notebook);
    assert.deepEqual(notebook.cells[0], codeCell({ metadata: { tags: ['a'] } }));
    const { kernelspec, language_info, title } = notebook.metadata!;
    assert.equal((kernelspec as JsonRecord).name, 'fracmoment');
    assert.equal((language_info as JsonRecord).name, 'typescript');
    assert.equal(title, 'kept');
  });

  test('leaves cells alone that are not to run', () => {
    const skipped = { ...tagged('skip-execution'), outputs: [{}], execution_count: 9 };
    const notebook = parse([skipped]);
    clearNotebook(notebook);
    assert.deepEqual(notebook.cells, [skipped]);
    assert.deepEqual(outputsOf(notebook), [{}]);
  });

  test('splits text after every line end that Python knows', () => {
    const text = 'a\nb\r\nc\u2028d';
    const [cell] = recorded([0, 'stream', { name: 'stdout', text }]);
    assert.deepEqual(cell?.outputs?.[0]?.text, ['a\n', 'b\r\n', 'c\u2028', 'd']);
  });

  test('a line end may be in two pieces, and a million pieces are joined', () => {
    const stream = (text: string): [number, string, JsonRecord] => [0, 'stream', { name: 'stdout', text }];
    const [ends] = recorded(...['a', '\r', '\n', 'b\n', '\n', 'c', 'd'].map(stream));
    assert.deepEqual(ends!.outputs![0]!.text, ['a\r\n', 'b\n', '\n', 'cd']);
    const cell = codeCell() as NotebookCell;
    const { record } = createRecorder();
    for (let i = 0; i < 1e6; i++) record(cell, message('stream', stream(`${i}\n`)[2]));
    assert.equal(cell.outputs![0]!.text!.length, 1e6); // were it quadratic, this would take days
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
