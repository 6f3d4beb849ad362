import { escapeHtml } from '../html';
import { writeExpected, writeOurs, writeTolerance } from './digits';
import type { JudgedRow } from './judge';

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

/** Formats judged rows as an HTML table. */
export function htmlTable(rows: readonly JudgedRow[]): string {
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

/** Formats judged rows as a Markdown table. */
export function markdownTable(rows: readonly JudgedRow[]): string {
  const escapeMarkdown = (text: string) => text.replace(/[\\`*_{}[\]<>|~#]/g, '\\$&').replace(/\n/g, ' ');
  const body = rows.map((row) => {
    const contents = cells(row).map(escapeMarkdown);
    if (!row.met) contents[6] = `**${contents[6]}**`;
    if (row.note !== undefined) contents[6] += `: ${escapeMarkdown(row.note)}`;
    return contents;
  });
  return [header, header.map(() => '---'), ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
