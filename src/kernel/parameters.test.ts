// Oracles: TypeScript for the types; papermill 2.6 (parameterize.py) for where the injected cell goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notebook, NotebookCell } from './notebook';
import { injectParameters, type ParameterValue } from './parameters';

function cell(source: string, ...tags: string[]): NotebookCell {
  return {
    cell_type: 'code',
    execution_count: 1,
    id: source.slice(0, 5),
    metadata: { tags },
    outputs: [],
    source,
  };
}

const declaration = `const [d, layers] = [64, 100];
let orders = [0.5, 1];
const mode: 'exact' | 'authors' = 'exact';
const title = 'x', on = true;
const options = { rate: 0.5, names: ['a'] };
const shifted = base + 1, activation = relu;`;
const notebook = (...cells: NotebookCell[]): Notebook => ({
  cells,
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const whole = () =>
  notebook(
    cell("import { relu } from 'fracmoment'; const base = 64;"),
    cell("const layers = 'of a cell that does not run'", 'skip-execution'),
    { cell_type: 'markdown', metadata: { tags: ['parameters'] }, source: '# Parameters' },
    cell(declaration, 'parameters'),
    cell('d'),
  );

const inject = (into: Notebook, parameters: Record<string, ParameterValue>) =>
  injectParameters(into, new Map(Object.entries(parameters)), __dirname);
const texts = (parameters: Record<string, string>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, { text }]));

test('the injected cell follows the parameters, tagged, with annotated variables', () => {
  const given = whole();
  const before = structuredClone(given.cells);
  inject(given, {
    ...texts({ d: '128', orders: '[2]', mode: 'authors', title: '5', on: 'false', shifted: '-1e-3' }),
    options: { value: { rate: 1, names: [] } },
  });
  const [injected] = given.cells.splice(4, 1);
  assert.deepEqual(given.cells, before);
  assert.deepEqual(injected, {
    cell_type: 'code',
    execution_count: null,
    id: 'injected-parameters',
    metadata: { tags: ['injected-parameters'] },
    outputs: [],
    source: [
      '// Parameters\n',
      'const d: number = 128;\n',
      'let orders: number[] = [2];\n',
      'const mode: "exact" | "authors" = "authors";\n',
      'const title: string = "5";\n',
      'const on: boolean = false;\n',
      'const shifted: number = -0.001;\n',
      'const options: { rate: number; names: string[]; } = {"rate":1,"names":[]};',
    ],
  });
});

test('null is a value of the types that name it', () => {
  const nullable = () =>
    notebook(
      cell(
        `let n: number | null = null, m: string | null = 'a', sizes: (number | null)[] = [1];
let options: { name: string | null } = { name: 'a' };
let plain = 1, text = 'x';`,
        'parameters',
      ),
    );
  const given = nullable();
  inject(given, {
    ...texts({ n: 'null', m: 'null', sizes: '[1,null]' }),
    options: { value: { name: null } },
  });
  assert.deepEqual(given.cells[1]!.source, [
    '// Parameters\n',
    'let n: number | null = null;\n',
    'let m: string | null = null;\n',
    'let sizes: (number | null)[] = [1,null];\n',
    'let options: { name: string | null; } = {"name":null};',
  ]);
  const other = nullable();
  inject(other, texts({ n: '2', m: 'b', text: 'null' }));
  assert.deepEqual(other.cells[1]!.source, [
    '// Parameters\n',
    'let n: number | null = 2;\n',
    'let m: string | null = "b";\n',
    'let text: string = "null";',
  ]);
  for (const [name, value] of [
    ['plain', null],
    ['text', null],
    ['sizes', null],
  ] as const)
    assert.throws(() => inject(nullable(), { [name]: { value } }), /must be of type .*; got null/);
});

test('the injected cell has an id of its own', () => {
  const given = whole();
  given.cells.push({ ...cell('1'), id: 'injected-parameters' });
  inject(given, texts({ d: '2' }));
  assert.equal(given.cells.filter(({ id }) => id === 'injected-parameters').length, 1);
});

test('a later run replaces the injected cell, wherever it is, and keeps its id', () => {
  const given = whole();
  given.cells.push({ ...cell('const d: number = 8;', 'injected-parameters'), id: 'own' });
  inject(given, texts({ layers: '3' }));
  assert.equal(given.cells.length, 6);
  assert.equal(given.cells[5]?.id, 'own');
  assert.deepEqual(given.cells[5]?.source, ['// Parameters\n', 'const layers: number = 3;']);
});

test('before nbformat 4.5 the injected cell has no id', () => {
  const given = { ...whole(), nbformat_minor: 4 };
  inject(given, texts({ d: '1' }));
  assert.ok(!('id' in given.cells[4]!));
});

test('a name or a value that is not accepted is refused, with the types of those that are', () => {
  const all =
    'd: number, layers: number, orders: number[], mode: "exact" | "authors", title: string, on: boolean, ' +
    'options: { rate: number; names: string[]; }, shifted: number, activation: Activation';
  const mistakes: [Record<string, ParameterValue>, string][] = [
    [texts({ width: '1' }), `no parameter is called width; there are ${all}`],
    [texts({ relu: '1' }), `no parameter is called relu; there are ${all}`],
    [texts({ toString: '1' }), `no parameter is called toString; there are ${all}`],
    [texts({ d: 'many' }), 'parameter d must be of type number; got many'],
    [texts({ d: '' }), 'parameter d must be of type number; got '],
    [texts({ d: '"64"' }), 'parameter d must be of type number; got "64"'],
    [texts({ d: 'null' }), 'parameter d must be of type number; got null'],
    [texts({ d: '1e400' }), 'parameter d must be of type number; got 1e400'],
    [texts({ d: 'layers' }), 'parameter d must be of type number; got layers'],
    [texts({ orders: '1' }), 'parameter orders must be of type number[]; got 1'],
    [texts({ orders: '[1,null]' }), 'parameter orders must be of type number[]; got [1,null]'],
    [texts({ mode: 'else' }), 'parameter mode must be of type "exact" | "authors"; got else'],
    [texts({ on: '1' }), 'parameter on must be of type boolean; got 1'],
    [{ title: { value: 5 } }, 'parameter title must be of type string; got 5'],
    [{ d: { value: '64' } }, 'parameter d must be of type number; got "64"'],
    [texts({ activation: '1' }), 'parameter activation must be of type Activation; got 1'],
    [
      texts({ options: '{"rate":1}' }),
      'parameter options must be of type { rate: number; names: string[]; }; got {"rate":1}',
    ],
  ];
  for (const [parameters, message] of mistakes) {
    const given = whole();
    const before = structuredClone(given);
    assert.throws(() => inject(given, parameters), { message });
    assert.deepEqual(given, before);
  }
});

test('a notebook without a cell of parameters takes none, and one with a faulty cell says so', () => {
  assert.throws(() => inject(notebook(cell('const d = 1')), texts({ d: '1' })), {
    message: 'the notebook takes no parameters: no cell is tagged "parameters"',
  });
  assert.throws(() => inject(notebook(cell('const d: string = 1', 'parameters')), texts({ d: '1' })), {
    message: "the cell tagged \"parameters\" has an error: Type 'number' is not assignable to type 'string'.",
  });
  assert.throws(() => inject(notebook(cell('1', 'parameters')), texts({ d: '1' })), {
    message: 'no parameter is called d; there are none',
  });
});
