import { escapeHtml, escapeMarkdown, htmlOf, markdownOf, textOf } from '../table';
import { writeExpected, writeOurs, writeTolerance } from './digits';
import type { JudgedRow } from './judge';

function writeVerdict({ verdict, met }: JudgedRow): string {
  if (verdict === 'not seen') return met ? 'claim not seen' : 'CLAIM NOT SEEN';
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

/** A row read from JSON, which represents NaN and infinity as null. */
function revived(row: JudgedRow): JudgedRow {
  const { ours, standardError } = row as { ours: number | null; standardError?: number | null };
  return {
    ...row,
    ours: ours ?? Number.NaN,
    ...(standardError === null && { standardError: Number.NaN }),
  };
}

/**
 * Formats judged rows as a plain-text table, with each note below its row.
 * @example
 * const row = { quantity: 'σ²', expected: 0.0333, source: 'closed form', ours: 0.0331, how: 'exact' };
 * const table = formatComparison([judge({ ...row, tolerance: { relative: 0.01 } })]);
 * table.split('\n').length // 3
 */
export function formatComparison(rows: readonly JudgedRow[]): string {
  const [head, rule, ...lines] = textOf(
    header,
    rows.map((row) => cells(revived(row))),
  );
  const notes = rows.map(({ note }) => (note === undefined ? [] : [`  ${note}`]));
  return [head, rule, ...rows.flatMap((_, i) => [lines[i], ...notes[i]!])].join('\n');
}

/** A number as shown, with all its digits under the mouse. */
function withFull(shown: string, value: number): string {
  return `<span title="${value}">${shown}</span>`;
}

/** Formats judged rows as an HTML table. */
export function htmlTable(rows: readonly JudgedRow[]): string {
  const body = rows.map((row) => {
    const contents = cells(row).map(escapeHtml);
    if (typeof row.expected === 'number') contents[1] = withFull(contents[1]!, row.expected);
    contents[3] = withFull(contents[3]!, revived(row).ours);
    if (!row.met) contents[6] = `<b>${contents[6]}</b>`;
    if (row.note !== undefined) contents[6] += `<br><small>${escapeHtml(row.note)}</small>`;
    return contents;
  });
  return htmlOf(header, body);
}

/** Formats judged rows as a Markdown table. */
export function markdownTable(rows: readonly JudgedRow[]): string {
  const body = rows.map((row) => {
    const contents = cells(row).map(escapeMarkdown);
    if (!row.met) contents[6] = `**${contents[6]}**`;
    if (row.note !== undefined) contents[6] += `: ${escapeMarkdown(row.note)}`;
    return contents;
  });
  return markdownOf(header, body);
}
