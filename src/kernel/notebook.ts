// Notebook files (nbformat 4): reading, and recording outputs as a front-end does.
import { levelsOf } from './jsonText';
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

/** A cell as it is in the file. */
export interface NotebookCell {
  cell_type: string;
  /** Since nbformat 4.5. */
  id?: string;
  metadata?: JsonRecord;
  source: string | string[];
  /** For code cells. */
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: NotebookCell[];
  metadata?: JsonRecord;
  nbformat: 4;
  nbformat_minor?: number;
}

/** Kernels whose notebooks may lack their language. */
const TYPESCRIPT_KERNELS = [KERNEL_NAME, 'tslab', 'deno'];

const LINE_ENDS = new Set('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029');

/** Splits text after its line ends, as nbformat does, with Python's definition of line ends. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (!LINE_ENDS.has(text[i]!)) continue;
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

function isCell(value: unknown): value is NotebookCell {
  return (
    isObject(value) &&
    typeof value.cell_type === 'string' &&
    [value.source].flat().every((line) => typeof line === 'string')
  );
}

/** Jupyter itself reads no notebook that is nested about this deep. */
const MOST_LEVELS = 900;

/** What is wrong with a text that is not JSON, in a line. */
export function whyNotJson(text: string, error: Error): string {
  return text.startsWith('\ufeff')
    ? 'it starts with a byte order mark; save it as UTF-8 without one'
    : error.message.replace(/\s+/g, ' ');
}

/**
 * Parses a notebook file.
 * @throws Error if the text is not a notebook of format 4.
 */
export function parseNotebook(text: string): Notebook {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`not valid JSON: ${whyNotJson(text, error as Error)}`);
  }
  if (!isObject(file)) throw new Error('not a notebook of format 4');
  const { nbformat, cells } = file;
  if (nbformat !== 4 || !Array.isArray(cells)) {
    const version =
      nbformat === undefined || nbformat === 4 ? '' : `: its nbformat is ${JSON.stringify(nbformat)}`;
    throw new Error(`not a notebook of format 4${version}`);
  }
  const bad = cells.findIndex((cell) => !isCell(cell));
  if (bad >= 0) throw new Error(`not a notebook of format 4: cell ${bad + 1} lacks its type or its source`);
  if (levelsOf(text) > MOST_LEVELS) throw new Error(`nested more than ${MOST_LEVELS} levels deep`);
  return file as unknown as Notebook;
}

/** The text of a cell. */
export function sourceOf({ source }: NotebookCell): string {
  return [source].flat().join('');
}

/** Whether a cell has a tag. */
export function hasTag({ metadata }: NotebookCell, tag: string): boolean {
  return Array.isArray(metadata?.tags) && metadata.tags.includes(tag);
}

/** The cells that a run executes: those of code, unless they are empty or tagged `skip-execution`. */
export function cellsToRun({ cells }: Pick<Notebook, 'cells'>): NotebookCell[] {
  return cells.filter((cell) => isExecuted(cell) && sourceOf(cell).trim() !== '');
}

/** A cell tagged `skip-execution` keeps its outputs, an empty one does not. */
function isExecuted(cell: NotebookCell): boolean {
  return cell.cell_type === 'code' && !hasTag(cell, 'skip-execution');
}

/** The outputs of all cells in order. */
export function outputsOf({ cells }: Notebook): Output[] {
  return cells.flatMap(({ outputs }) => (Array.isArray(outputs) ? outputs.filter(isObject) : [])) as Output[];
}

/**
 * Refuses a notebook in another language than TypeScript. One that names no language is taken for TypeScript.
 * @throws Error that names the language
 */
export function assertTypeScript({ metadata }: Notebook): void {
  const { kernelspec, language_info } = (metadata ?? {}) as { kernelspec?: unknown; language_info?: unknown };
  const kernel = isObject(kernelspec) ? kernelspec : {};
  const ofKernel =
    kernel.language ?? (TYPESCRIPT_KERNELS.includes(String(kernel.name)) ? undefined : kernel.name);
  const language = isObject(language_info) ? language_info.name : undefined;
  for (const found of [language, ofKernel])
    if (found !== undefined && String(found).toLowerCase() !== LANGUAGE_INFO.name)
      throw new Error(`not a TypeScript notebook: its metadata say ${JSON.stringify(found)}`);
}

/** Removes the outputs of earlier runs, and sets the kernel of the notebook to this package's kernel unless it is. */
export function clearNotebook(notebook: Notebook): void {
  const present = notebook.metadata?.kernelspec;
  const own = { display_name: DISPLAY_NAME, language: LANGUAGE_INFO.name, name: KERNEL_NAME };
  const kernelspec = isObject(present) && present.name === KERNEL_NAME ? present : own;
  notebook.metadata = { ...notebook.metadata, kernelspec, language_info: LANGUAGE_INFO };
  for (const cell of notebook.cells) {
    if (!isExecuted(cell)) continue;
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata?.execution; // timestamps
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
    if (last?.output_type === 'stream' && last.name === name) {
      const lines = last.text!;
      for (const line of splitLines((lines.pop() ?? '') + text)) lines.push(line); // the last one may go on
    } else add(cell, { output_type: 'stream', name, text: splitLines(text) });
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
