// Notebook files (nbformat 4.5): reading, recording outputs as a front-end does, and writing as Jupyter does.
import { DISPLAY_NAME, KERNEL_NAME, LANGUAGE_INFO } from './language';
import { isObject, type JsonRecord, type Message } from './wire';

/** An output as saved in a notebook. Its members depend on its type. */
export interface Output {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  /** For display_data and execute_result: the output by MIME type, text as a list of lines. */
  data?: JsonRecord;
  metadata?: JsonRecord;
  execution_count?: number;
  /** For stream: stdout or stderr. */
  name?: string;
  /** For stream. */
  text?: string[];
  /** For error. */
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

export interface NotebookCell {
  cell_type: string;
  id: string;
  metadata: JsonRecord & { tags?: string[] };
  source: string[];
  /** For code cells. */
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: JsonRecord;
  nbformat: 4;
  nbformat_minor: number;
}

const LINE_ENDS = '\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029';

/** Splits text after its line ends, as nbformat does, with Python's definition of line ends. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (!LINE_ENDS.includes(text[i]!)) continue;
    if (text[i] === '\r' && text[i + 1] === '\n') i++;
    lines.push(text.slice(start, i + 1));
    start = i + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

function isSplit(mimeType: string) {
  return (
    mimeType.startsWith('text/') || mimeType === 'application/javascript' || mimeType === 'image/svg+xml'
  );
}

function splitBundle(data: JsonRecord): JsonRecord {
  const split = ([type, value]: [string, unknown]) => [
    type,
    typeof value === 'string' && isSplit(type) ? splitLines(value) : value,
  ];
  return Object.fromEntries(Object.entries(data).map(split));
}

/** A cell in a notebook file. Before nbformat 4.5 it has no id. */
type FileCell = Omit<NotebookCell, 'id' | 'metadata' | 'source'> & {
  id?: string;
  metadata?: NotebookCell['metadata'];
  source: string | string[];
};

function isCell(value: unknown): value is FileCell {
  return (
    isObject(value) &&
    typeof value.cell_type === 'string' &&
    [value.source].flat().every((line) => typeof line === 'string')
  );
}

/**
 * Parses a notebook file. A cell without an id receives one from its position.
 * @throws Error if the text is not a notebook of format 4.
 */
export function parseNotebook(text: string): Notebook {
  const file: unknown = JSON.parse(text);
  if (!isObject(file) || file.nbformat !== 4 || !Array.isArray(file.cells) || !file.cells.every(isCell))
    throw new Error('not a notebook of format 4');
  const taken = new Set(file.cells.map(({ id }) => id));
  const cells = file.cells.map((cell, index): NotebookCell => {
    let id = cell.id ?? `cell-${index + 1}`;
    while (cell.id === undefined && taken.has(id)) id += '-';
    return { ...cell, id, metadata: cell.metadata ?? {}, source: splitLines([cell.source].flat().join('')) };
  });
  const metadata = isObject(file.metadata) ? file.metadata : {};
  const minor = typeof file.nbformat_minor === 'number' ? file.nbformat_minor : 0;
  return { ...file, cells, metadata, nbformat: 4, nbformat_minor: Math.max(5, minor) };
}

/** Removes the outputs of earlier runs, and sets the kernel of the notebook to this package's kernel. */
export function clearNotebook(notebook: Notebook): void {
  notebook.metadata = {
    ...notebook.metadata,
    kernelspec: { display_name: DISPLAY_NAME, language: LANGUAGE_INFO.name, name: KERNEL_NAME },
    language_info: LANGUAGE_INFO,
  };
  for (const cell of notebook.cells) {
    if (cell.cell_type !== 'code') continue;
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata.execution; // timestamps
  }
}

/**
 * Adds iopub messages to the cells of a notebook. One for all cells, because an update can affect an earlier
 * cell.
 */
export interface OutputRecorder {
  record(cell: NotebookCell, message: Message): void;
}

/** Creates a recorder for one run of a notebook. */
export function createRecorder(): OutputRecorder {
  const displays = new Map<string, Output[]>();
  const clearBeforeNext = new Set<NotebookCell>();

  function add(cell: NotebookCell, output: Output) {
    if (clearBeforeNext.delete(cell)) cell.outputs = [];
    cell.outputs ??= [];
    cell.outputs.push(output);
  }

  function addStream(cell: NotebookCell, name: string, text: string) {
    const last = clearBeforeNext.has(cell) ? undefined : cell.outputs?.at(-1);
    if (last?.output_type === 'stream' && last.name === name)
      last.text = splitLines((last.text ?? []).join('') + text);
    else add(cell, { output_type: 'stream', name, text: splitLines(text) });
  }

  function record(cell: NotebookCell, { header, content }: Message) {
    const type = header.msg_type;
    const data = splitBundle((content.data as JsonRecord | undefined) ?? {});
    const metadata = (content.metadata as JsonRecord | undefined) ?? {};
    const { display_id } = (content.transient ?? {}) as { display_id?: string };
    // a new output with a known id also replaces the earlier ones
    if (display_id !== undefined)
      for (const shown of displays.get(display_id) ?? []) Object.assign(shown, { data, metadata });
    if (type === 'execute_input') cell.execution_count = content.execution_count as number;
    else if (type === 'stream') addStream(cell, content.name as string, content.text as string);
    else if (type === 'error') {
      const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
      add(cell, { output_type: 'error', ename, evalue, traceback });
    } else if (type === 'clear_output') {
      if (content.wait === true) clearBeforeNext.add(cell);
      else cell.outputs = [];
    } else if (type === 'display_data' || type === 'execute_result') {
      const output: Output = { output_type: type, data, metadata };
      if (type === 'execute_result') output.execution_count = content.execution_count as number;
      add(cell, output);
      if (display_id !== undefined) displays.set(display_id, [...(displays.get(display_id) ?? []), output]);
    }
  }
  return { record };
}

/** Formats a number as Python's json module does, so that saving in Jupyter does not change it. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1e-4) return JSON.stringify(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

function formatJson(value: unknown, indent: string): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent} `;
  const members = Array.isArray(value)
    ? value.map((item) => formatJson(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return members.length === 0
    ? `${open}${close}`
    : `${open}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** Formats a notebook byte for byte as Jupyter does: one-space indent, sorted keys, a final line end. */
export function formatNotebook(notebook: Notebook): string {
  return `${formatJson(notebook, '')}\n`;
}
