// A table in the formats of a notebook output. Front-ends style the HTML, in light and dark themes.

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Escapes text for a cell of a Markdown table. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~#]/g, '\\$&').replace(/\n/g, ' ');
}

/** An HTML table of a plain-text header and rows of HTML. */
export function htmlOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (content: string) => `<td style="text-align: left">${content}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  const head = header.map((name) => `<th style="text-align: left">${escapeHtml(name)}</th>`).join('');
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

/** A Markdown table of a header and rows of Markdown. */
export function markdownOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** The lines of at most `columns` characters into which a text is wrapped at spaces; a longer word has its own. */
export function linesOf(text: string, columns: number): string[] {
  const [first = '', ...words] = text.split(' ');
  const lines = [first];
  for (const word of words) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= columns) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/**
 * The lines of a plain-text table: the header, a rule, and each row as one string, of several lines if cells
 * are wrapped.
 * @param columns the number of characters that a line may have; by default, cells are not wrapped. They are
 *   wrapped at spaces, after underscores and, where that is not enough, anywhere; a no-break space keeps
 *   words together.
 */
export function textOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const table = [header, ...rows];
  const widths = columnWidths(table, columns);
  const [head, ...body] = table.map((line) => {
    const cells = line.map((cell, column) => wrapped(cell, widths[column]!));
    const height = Math.max(...cells.map((parts) => parts.length));
    return Array.from({ length: height }, (_, i) =>
      cells
        .map((parts, column) => (parts[i] ?? '').padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
      .join('\n')
      .replaceAll('\u00a0', ' ');
  });
  return [head!, widths.map((width) => '─'.repeat(width)).join('  '), ...body];
}

/** The width of each column: that of its longest cell, less where the table would be wider than `columns`. */
function columnWidths(table: readonly (readonly string[])[], columns: number): number[] {
  const longest = (lengths: (cell: string) => number) =>
    table[0]!.map((_, column) => Math.max(...table.map((line) => lengths(line[column]!))));
  const widths = longest((cell) => cell.length);
  const words = (separator: RegExp) =>
    longest((cell) => Math.max(...cell.split(separator).map((word) => word.length)));
  const total = () => widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1));
  // each kind of break only where the one before is not enough, and in the widest column first
  for (const least of [words(/ /), words(/ |(?<=_)/), widths.map(() => 4)])
    while (total() > columns && widths.some((width, i) => width > least[i]!)) {
      const free = widths.map((width, i) => (width > least[i]! ? width : 0));
      widths[free.lastIndexOf(Math.max(...free))]!--;
    }
  return widths;
}

function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const space = text.lastIndexOf(' ', width);
  const end = Math.max(space, text.lastIndexOf('_', width - 1) + 1);
  return end > 0
    ? [text.slice(0, end), ...wrapped(text.slice(end === space ? end + 1 : end), width)]
    : [text.slice(0, width), ...wrapped(text.slice(width), width)];
}
