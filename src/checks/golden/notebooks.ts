import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type Output, parseNotebook } from '../../kernel/notebook';
import type { JsonRecord } from '../../kernel/wire';
import { comparisonMimeType } from '../../notebook/comparison/compare';
import { digest } from './digest';

/** What the committed notebooks hold. */
export interface RecordedNotebooks {
  /** By notebook, every row of its comparison tables as it is printed, verdict included. */
  verdicts: Record<string, string[]>;
  /** By notebook, two digests an output: of its numbers, and of its words, titles and pictures. */
  outputs: Record<string, string[]>;
}

export function recordedNotebooks(folder: string): RecordedNotebooks {
  const record: RecordedNotebooks = { verdicts: {}, outputs: {} };
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort()) {
    const { cells } = parseNotebook(readFileSync(path.join(folder, file), 'utf8'));
    const outputs = cells.flatMap((cell) => cell.outputs ?? []);
    const isComparison = ({ data }: Output) => data?.[comparisonMimeType] !== undefined;
    const name = path.basename(file, '.ipynb');
    record.verdicts[name] = outputs.filter(isComparison).flatMap(rowsOf);
    record.outputs[name] = outputs.filter((output) => !isComparison(output)).map(digestsOf);
  }
  return record;
}

/** The printed table without its header, columns divided by bars; a note follows its row. */
function rowsOf({ data }: Output): string[] {
  const rows: string[] = [];
  for (const line of linesOf(data!['text/plain']).split('\n').slice(2))
    if (line.startsWith('  ')) rows[rows.length - 1] += ` | ${line.trim()}`;
    else rows.push(line.trim().replace(/ {2,}/g, ' | '));
  return rows;
}

function digestsOf(output: Output): string {
  const { output_type: kind, data = {}, text = [] } = output;
  const figure = data['application/vnd.plotly.v1+json'] as
    | { data: JsonRecord[]; layout: JsonRecord }
    | undefined;
  if (figure) {
    const numbers = figure.data.map(({ x, y, z, error_y }) => ({ x, y, z, error_y }));
    const look = [figure, data['image/png'], data['text/plain']];
    return `figure ${digest(JSON.stringify(numbers))} ${digest(JSON.stringify(look))}`;
  }
  const words = withoutTimes(kind === 'stream' ? text.join('') : linesOf(data['text/plain']));
  const numbers = words.match(/[−-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? [];
  return `${kind} ${digest(numbers.join(' '))} ${digest(words)}`;
}

function linesOf(text: unknown): string {
  return [text].flat().join('');
}

/** What may differ between two runs of the same cells: how long they took, and on what. */
function withoutTimes(text: string): string {
  return text
    .replace(/\d+(\.\d+)? (ms|s|min|h)\b/g, 'TIME')
    .replace(/\b(the tensorflow|the wasm) backend\b/g, 'BACKEND')
    .replace(/native TensorFlow|WebAssembly:.*/g, 'BACKEND');
}
