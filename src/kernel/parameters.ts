// Parameters of notebooks, by papermill's conventions: a cell tagged `parameters` declares them with their defaults, and one
// tagged `injected-parameters`, written after it, sets them for a run.
import { randomUUID } from 'node:crypto';
import { createCellCompiler } from './compiler/cellCompiler';
import type { Ts } from './compiler/names';
import type { Variable } from './compiler/variables';
import { nodeEnvironment } from './node/environment';
import { nodeFiles } from './node/files';
import { cellsToRun, hasTag, type Notebook, type NotebookCell, sourceOf } from './notebook';
import { isObject } from './wire';

/** The value of a parameter, or a text: itself where the parameter is a string, else JSON. */
export type ParameterValue = { readonly value: unknown } | { readonly text: string };

/** Values by name. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

const INJECTED = 'injected-parameters';

/**
 * Adds a cell after the one tagged `parameters` that sets its variables to other values, or replaces the one that an earlier
 * run has added. The types are those that TypeScript reads in the cell, and the values are checked against them.
 * @param folder where the notebook's imports start
 * @throws Error if the notebook takes no parameters, or none of a name, or no such value; it names what is accepted.
 */
export function injectParameters(notebook: Notebook, parameters: ParameterValues, folder: string): void {
  const { cells } = notebook;
  const place = cells.findIndex((cell) => cell.cell_type === 'code' && hasTag(cell, 'parameters'));
  if (place < 0) throw new Error('the notebook takes no parameters: no cell is tagged "parameters"');
  const ts = require('typescript-for-cells') as Ts;
  const environment = { ...nodeEnvironment(), strictNullChecks: true };
  const compiler = createCellCompiler(ts, nodeFiles(folder), environment);
  for (const cell of cellsToRun({ cells: cells.slice(0, place) })) {
    const compilation = compiler.compile(sourceOf(cell));
    if ('cell' in compilation) compilation.cell.ran(Number.POSITIVE_INFINITY);
  }
  const variables = compiler.variables(sourceOf(cells[place]!));
  const compilation = compiler.compile(sourceOf(cells[place]!));
  if ('diagnostics' in compilation)
    throw new Error(`the cell tagged "parameters" has an error: ${compilation.diagnostics[0]?.message}`);
  compilation.cell.ran(Number.POSITIVE_INFINITY);

  const lines = [...parameters].map(([name, given]) => {
    const variable = variables.find((one) => one.name === name);
    if (!variable) throw new Error(`no parameter is called ${name}; there are ${listed(variables)}`);
    const must = (got: string) => new Error(`parameter ${name} must be of type ${variable.type}; got ${got}`);
    const value = readValue(given, variable, must);
    const line = `${variable.kind} ${name}: ${variable.type} = ${JSON.stringify(value)};`;
    if (!isRepresentable(value) || 'diagnostics' in compiler.compile(line))
      throw must('text' in given ? given.text : JSON.stringify(value));
    return line;
  });
  inject(notebook, ['// Parameters', ...lines].join('\n'), place);
}

const listed = (variables: readonly Variable[]) =>
  variables.map(({ name, type }) => `${name}: ${type}`).join(', ') || 'none';

function readValue(
  given: ParameterValue,
  { isString, isNullable }: Variable,
  must: (got: string) => Error,
): unknown {
  if ('value' in given) return given.value;
  if (isString) return isNullable && given.text === 'null' ? null : given.text;
  try {
    return JSON.parse(given.text);
  } catch {
    throw must(given.text);
  }
}

/** Whether JSON can say it: not numbers beyond the largest. */
function isRepresentable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isRepresentable);
  return !isObject(value) || Object.values(value).every(isRepresentable);
}

function inject(notebook: Notebook, source: string, place: number): void {
  const { cells } = notebook;
  const present = cells.findIndex((cell) => hasTag(cell, INJECTED));
  const isFree = cells.every(({ id }, i) => i === present || id !== INJECTED);
  const id = cells[present]?.id ?? (isFree ? INJECTED : randomUUID());
  const cell: NotebookCell = {
    cell_type: 'code',
    execution_count: null,
    ...((notebook.nbformat_minor ?? 0) >= 5 && { id }),
    metadata: { tags: [INJECTED] },
    outputs: [],
    source: source.split(/(?<=\n)/),
  };
  if (present >= 0) cells[present] = cell;
  else cells.splice(place + 1, 0, cell);
}
