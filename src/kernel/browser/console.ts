// What cells see of the console: text of Node's format, on the streams of the cell.
import { format, inspect } from 'node-inspect-extracted';
import { publish, writeStream } from './output';

type Stream = 'stdout' | 'stderr';

let indent = '';
const counts = new Map<string, number>();
const timers = new Map<string, number>();

function write(stream: Stream, ...data: unknown[]): void {
  writeStream(stream, `${format(...data).replace(/^/gm, indent)}\n`);
}

const to =
  (stream: Stream) =>
  (...data: unknown[]): void =>
    write(stream, ...data);

function elapsed(label: string): string {
  const start = timers.get(label);
  if (start === undefined) return `no timer '${label}' is running`;
  return `${label}: ${(performance.now() - start).toFixed(3)}ms`;
}

/** The methods that replace the browser's. */
const methods: Record<string, (...data: never[]) => void> = {
  log: to('stdout'),
  info: to('stdout'),
  debug: to('stdout'),
  warn: to('stderr'),
  error: to('stderr'),
  trace: (...data: unknown[]) => write('stderr', new Error(format(...data)).stack?.replace('Error', 'Trace')),
  dir: (value: unknown, options?: object) => write('stdout', inspect(value, options)),
  assert(condition: unknown, ...data: unknown[]) {
    if (!condition)
      write('stderr', data.length > 0 ? `Assertion failed: ${format(...data)}` : 'Assertion failed');
  },
  table: (data: unknown, columns?: readonly string[]) => write('stdout', tableOf(data, columns)),
  group(...label: unknown[]) {
    if (label.length > 0) write('stdout', ...label);
    indent += '  ';
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  count(label = 'default') {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    write('stdout', `${label}: ${count}`);
  },
  countReset: (label = 'default') => void counts.delete(label),
  time: (label = 'default') => void timers.set(label, performance.now()),
  timeLog: (label = 'default', ...data: unknown[]) => write('stdout', elapsed(label), ...data),
  timeEnd(label = 'default') {
    write('stdout', elapsed(label));
    timers.delete(label);
  },
  clear: () => publish('clear_output', { wait: false }),
};

export function redirectConsole(): void {
  Object.assign(globalThis.console, methods);
}

/** Rows and columns in a frame; what is no table is shown as it is. */
export function tableOf(data: unknown, columns?: readonly string[]): string {
  if (typeof data !== 'object' || data === null) return inspect(data);
  const entries: [unknown, unknown][] =
    data instanceof Map || data instanceof Set
      ? [...data].map((value, i) => [i, value])
      : Object.entries(data);
  const isRow = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  const names = columns ?? [
    ...new Set(entries.flatMap(([, value]) => (isRow(value) ? Object.keys(value) : []))),
  ];
  const hasValues = entries.some(([, value]) => !isRow(value));
  const cell = (value: unknown) => inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  const head = ['(index)', ...names, ...(hasValues ? ['Values'] : [])];
  const rows = entries.map(([key, value]) => [
    String(key),
    ...names.map((name) => (isRow(value) && name in value ? cell(value[name]) : '')),
    ...(hasValues ? [isRow(value) ? '' : cell(value)] : []),
  ]);
  const widths = head.map(
    (name, i) => Math.max(...[name, ...rows.map((row) => row[i]!)].map((text) => text.length)) + 2,
  );
  const line = (row: readonly string[]) =>
    `│${row.map((text, i) => ` ${text}`.padEnd(widths[i]!)).join('│')}│`;
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...rows.map(line), rule('└', '┴', '┘')].join(
    '\n',
  );
}
