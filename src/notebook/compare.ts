import { received, requireNumber, requireOneOf } from '../core/validation';
import { display } from './host';

/** How far `ours` may be off; where several parts are given, they add up. */
export interface Tolerance {
  /** In the unit of the quantity. */
  absolute?: number;
  /** As a fraction of the expected value. */
  relative?: number;
  /** In standard errors of `ours`. */
  standardErrors?: number;
}

/** How `ours` was obtained. */
export type Provenance = (typeof provenances)[number];
const provenances = ['exact', 'simulated', 'read off a plot', 'replayed', 'trained'] as const;

/** One line of a comparison: what is expected, what we got, and how far they may be apart. */
export interface ComparisonRow {
  /** What is compared, such as `σ² for ReLU, d = 64, s = 1`. */
  quantity: string;
  expected: number | { atLeast: number } | { atMost: number } | { between: [number, number] };
  /** Where `expected` comes from: "authors' code", "abstract", "20-digit reference". */
  source: string;
  ours: number;
  /** The standard error of `ours`, where it is random. */
  standardError?: number;
  /** Needed where `expected` is a number; elsewhere it widens the bounds. */
  tolerance?: Tolerance;
  how: Provenance;
  /** What a reader should find; `differs` marks a known fault of the expected value. Default: agrees. */
  verdict?: 'agrees' | 'differs';
  /** Why they differ, or what else is to be said. */
  note?: string;
}

/** A row with its verdict, as found. */
export interface JudgedRow extends ComparisonRow {
  /** Whether `ours` agrees with `expected`, as computed. */
  verdict: 'agrees' | 'differs';
  /** Whether that is what a reader should find. */
  met: boolean;
}

/** The MIME type of a comparison for machines: `{ rows: JudgedRow[] }`. */
export const comparisonMimeType = 'application/vnd.fracmoment.comparison+json';

/** The interval a row's `ours` has to lie in, the tolerance not yet added. */
function bounds({ expected }: ComparisonRow): [low: number, high: number] {
  if (typeof expected === 'number') {
    requireNumber('expected', expected);
    return [expected, expected];
  }
  if (expected instanceof Object) {
    if ('atLeast' in expected) return [requireNumber('expected.atLeast', expected.atLeast), Infinity];
    if ('atMost' in expected) return [-Infinity, requireNumber('expected.atMost', expected.atMost)];
    if ('between' in expected) {
      const [low, high] = expected.between;
      return [
        requireNumber('expected.between[0]', low),
        requireNumber('expected.between[1]', high, { atLeast: low }),
      ];
    }
  }
  throw new TypeError(
    `expected must be a number, { atLeast }, { atMost } or { between: [low, high] }; got ${received(expected)}`,
  );
}

/** How far `ours` may lie beyond a bound. */
function allowance(row: ComparisonRow, bound: number): number {
  const { absolute = 0, relative = 0, standardErrors = 0 } = row.tolerance ?? {};
  const scaled = relative === 0 ? 0 : relative * Math.abs(bound); // 0 also for an infinite bound
  const random = standardErrors === 0 ? 0 : standardErrors * (row.standardError ?? Number.NaN);
  return absolute + scaled + random;
}

function requireRow(row: ComparisonRow): void {
  const { quantity, source, ours, standardError, tolerance, how, verdict } = row;
  for (const [name, text] of Object.entries({ quantity, source }))
    if (typeof text !== 'string' || text === '')
      throw new TypeError(`${name} must be a text; got ${received(text)}`);
  const of = `of '${quantity}'`;
  if (typeof ours !== 'number') throw new TypeError(`ours ${of} must be a number; got ${received(ours)}`);
  if (standardError !== undefined && typeof standardError !== 'number')
    throw new TypeError(`standardError ${of} must be a number; got ${received(standardError)}`);
  if (standardError !== undefined && standardError < 0)
    throw new RangeError(`standardError ${of} must be at least 0; got ${standardError}`);
  for (const [part, value] of Object.entries(tolerance ?? {}))
    requireNumber(
      `tolerance.${requireOneOf('a part of tolerance', part, ['absolute', 'relative', 'standardErrors'])} ${of}`,
      value,
      { atLeast: 0 },
    );
  if (typeof row.expected === 'number' && Object.keys(tolerance ?? {}).length === 0)
    throw new TypeError(`tolerance ${of} must say how far ours may be from ${row.expected}; got none`);
  if (tolerance?.standardErrors !== undefined && standardError === undefined)
    throw new TypeError(`standardError ${of} must be given, as tolerance.standardErrors is; got none`);
  requireOneOf(`how ${of}`, how, provenances);
  if (verdict !== undefined) requireOneOf(`verdict ${of}`, verdict, ['agrees', 'differs']);
}

/**
 * Whether a row's `ours` agrees with `expected`: whether it lies no further outside the expected value or interval than
 * absolute + relative · |bound| + standardErrors · standardError. A value or standard error that is not finite agrees
 * with nothing and meets no verdict.
 * @throws TypeError or RangeError naming what is wrong with the row.
 * @example
 * const row = { quantity: 'σ²', expected: 0.0333, source: 'closed form', ours: 0.0331, how: 'exact' };
 * judge({ ...row, tolerance: { relative: 0.01 } }).verdict // 'agrees'
 * judge({ ...row, tolerance: { relative: 0.001 } }).met // false
 */
export function judge(row: ComparisonRow): JudgedRow {
  requireRow(row);
  const { ours, standardError = 0 } = row;
  const [low, high] = bounds(row);
  const sound = Number.isFinite(ours) && Number.isFinite(standardError);
  const agrees = sound && ours >= low - allowance(row, low) && ours <= high + allowance(row, high);
  const verdict = agrees ? 'agrees' : 'differs';
  return { ...row, verdict, met: sound && verdict === (row.verdict ?? 'agrees') };
}

/** The place value of a number's leading digit: 0.01 for 0.0333. */
function magnitude(value: number): number {
  return 10 ** Math.floor(Math.log10(Math.abs(value)));
}

/** The place value of the last digit a number needs: 0.0001 for 0.0333. */
function lastPlace(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e');
  return 10 ** (Number(exponent) - (mantissa!.split('.')[1]?.length ?? 0));
}

/** Where to round a row's numbers: two digits of the standard error, or else of the difference that matters. */
function place(row: JudgedRow): number {
  const { ours, standardError, expected } = row;
  if (standardError !== undefined && standardError > 0 && Number.isFinite(standardError))
    return magnitude(standardError) / 10;
  const scale = magnitude(ours === 0 ? 1 : ours);
  if (typeof expected !== 'number') return scale / 1000;
  const difference = Math.max(
    Math.abs(ours - expected),
    allowance({ ...row, standardError: 0 }, expected) / 10,
  );
  const wanted = difference > 0 ? magnitude(difference) / 10 : scale / 1e5;
  return Math.min(Math.max(wanted, scale / 1e14), scale / 100);
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** A value rounded to a place, with its error if it has one: `0.0332`, `(3.318 ± 0.021) × 10⁻⁷`. */
function write(value: number, step: number, error?: number): string {
  const fixed = (x: number, unit: number) => {
    const decimals = Math.max(0, Math.round(-Math.log10(step / unit)));
    return (Math.round(x / step) * (step / unit)).toFixed(Math.min(decimals, 20)).replace('-', '−');
  };
  const size = Math.max(Math.abs(value), error ?? 0);
  if (size === 0 && error === undefined) return '0';
  const whole = size === 0 || (size >= 1e-3 && size < 1e6);
  const unit = whole ? 1 : magnitude(size);
  const number = fixed(value, unit);
  const withError = error === undefined ? number : `${number} ± ${fixed(error, unit)}`;
  if (whole) return withError;
  const power = powerOfTen(Math.round(Math.log10(unit)));
  if (error !== undefined) return `(${withError}) × ${power}`;
  return number === '1' ? power : `${number} × ${power}`;
}

function writeOurs(row: JudgedRow): string {
  const { ours, standardError } = row;
  if (!Number.isFinite(ours)) return String(ours);
  if (standardError === undefined) return write(ours, place(row));
  return Number.isFinite(standardError)
    ? write(ours, place(row), standardError)
    : `${write(ours, place(row))} ± ${standardError}`;
}

/** As fine as `ours` and to at least four digits, so that one expected value reads alike beside finer and coarser results. */
function writeExpected(row: JudgedRow): string {
  const { expected } = row;
  const finest = Number.isFinite(row.ours) ? place(row) : 0;
  const short = (value: number) =>
    write(value, Math.max(lastPlace(value), Math.min(finest, magnitude(value) / 1000)));
  if (typeof expected === 'number') return short(expected);
  if ('atLeast' in expected) return `≥ ${short(expected.atLeast)}`;
  if ('atMost' in expected) return `≤ ${short(expected.atMost)}`;
  return `${short(expected.between[0])} to ${short(expected.between[1])}`;
}

function writeTolerance({ tolerance = {} }: JudgedRow): string {
  const parts: string[] = [];
  const brief = (x: number) => write(x, lastPlace(x));
  if (tolerance.absolute !== undefined) parts.push(brief(tolerance.absolute));
  if (tolerance.relative !== undefined)
    parts.push(
      tolerance.relative < 1e-5
        ? `${brief(tolerance.relative)} of it`
        : `${Number((100 * tolerance.relative).toPrecision(12))} %`,
    );
  if (tolerance.standardErrors !== undefined) parts.push(`${tolerance.standardErrors} SE`);
  return parts.length === 0 ? '' : `± ${parts.join(' + ')}`;
}

function writeVerdict({ verdict, met }: JudgedRow): string {
  if (met) return verdict === 'agrees' ? 'agrees' : 'differs, as explained';
  return verdict === 'agrees' ? 'AGREES, though it should not' : 'DIFFERS';
}

const header = ['quantity', 'expected', 'source', 'ours', 'how', 'tolerance', 'verdict'];

function cells(row: JudgedRow): string[] {
  return [
    row.quantity,
    writeExpected(row),
    row.source,
    writeOurs(row),
    row.how,
    writeTolerance(row),
    writeVerdict(row),
  ];
}

/** A row read back from JSON, which has no NaN and no infinity, only null. */
function revived(row: JudgedRow): JudgedRow {
  const { ours, standardError } = row as { ours: number | null; standardError?: number | null };
  return {
    ...row,
    ours: ours ?? Number.NaN,
    ...(standardError === null && { standardError: Number.NaN }),
  };
}

/**
 * Judged rows as a table in plain text, each note below its row.
 * @example
 * const row = { quantity: 'σ²', expected: 0.0333, source: 'closed form', ours: 0.0331, how: 'exact' };
 * const table = formatComparison([judge({ ...row, tolerance: { relative: 0.01 } })]);
 * table.split('\n').length // 3
 */
export function formatComparison(rows: readonly JudgedRow[]): string {
  const table = [header, ...rows.map((row) => cells(revived(row)))];
  const widths = header.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const lines = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const notes = rows.map(({ note }) => (note === undefined ? [] : [`  ${note}`]));
  return [lines[0], rule, ...rows.flatMap((_, i) => [lines[i + 1], ...notes[i]!])].join('\n');
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function htmlTable(rows: readonly JudgedRow[]): string {
  const cell = (content: string) => `<td style="text-align: left">${content}</td>`;
  const body = rows.map((row) => {
    const contents = cells(row).map(escapeHtml);
    if (!row.met) contents[6] = `<b>${contents[6]}</b>`;
    if (row.note !== undefined) contents[6] += `<br><small>${escapeHtml(row.note)}</small>`;
    return `<tr>${contents.map(cell).join('')}</tr>`;
  });
  const head = header.map((name) => `<th style="text-align: left">${name}</th>`).join('');
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

function markdownTable(rows: readonly JudgedRow[]): string {
  const escapeMarkdown = (text: string) => text.replace(/[\\`*_{}[\]<>|~#]/g, '\\$&').replace(/\n/g, ' ');
  const body = rows.map((row) => {
    const contents = cells(row).map(escapeMarkdown);
    if (!row.met) contents[6] = `**${contents[6]}**`;
    if (row.note !== undefined) contents[6] += `: ${escapeMarkdown(row.note)}`;
    return contents;
  });
  return [header, header.map(() => '---'), ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/**
 * Shows a comparison as a table with computed verdicts; `npm run reproduce` gathers it from a notebook's output.
 * @throws TypeError or RangeError naming what is wrong with a row.
 * @example
 * compare([{ quantity: 'σ² for ReLU, d = 64, s = 1', expected: 0.0318, source: "authors' code", ours: 0.0318,
 *   how: 'exact', tolerance: { relative: 0.01 } }]);
 */
export function compare(rows: readonly ComparisonRow[]): void {
  if (rows.length === 0) throw new RangeError('rows must hold at least one row; got none');
  const judged = rows.map(judge);
  display({
    data: {
      'text/html': htmlTable(judged),
      'text/markdown': markdownTable(judged),
      'text/plain': formatComparison(judged),
      [comparisonMimeType]: { rows: judged },
    },
  });
}
