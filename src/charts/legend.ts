import type { JsonObject } from './figure';
import { characterWidth, columnsOf, fontSize, textLines, wrapText } from './text';

const lineHeight = 1.3 * fontSize.text;
const symbolWidth = 52; // with the space around it

/** Breaks the names of series into lines that fit into the legend of a figure of this width in px. */
export function wrapEntries(data: readonly JsonObject[], width: number): void {
  const length = Math.floor((width - 2 * symbolWidth) / (characterWidth.regular * fontSize.text));
  for (const trace of data) if (typeof trace.name === 'string') trace.name = wrapText(trace.name, length);
}

/** The height of a figure's legend in px, estimated from the lengths of its entries. */
export function legendHeight(data: readonly JsonObject[], width: number): number {
  const names = data.filter(({ showlegend }) => showlegend === true).map(({ name }) => String(name));
  if (names.length === 0) return 0;
  const lines = names.map(textLines);
  const entryWidth =
    symbolWidth + characterWidth.regular * fontSize.text * Math.max(...lines.flat().map(columnsOf));
  const perRow = Math.max(1, Math.floor((width - symbolWidth) / entryWidth));
  const rows = Math.ceil(names.length / perRow);
  return rows * Math.max(...lines.map(({ length }) => length)) * (lineHeight + 3);
}
