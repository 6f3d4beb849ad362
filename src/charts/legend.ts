import type { JsonObject } from './figure';
import { characterWidth, columnsOf, fontSize, textLines } from './text';

const lineHeight = 1.3 * fontSize.text;
const symbolWidth = 52; // with the space around it

/** The longest line of a legend entry, in characters, of a figure of this width in px. */
export function entryLength(width: number): number {
  return Math.floor((width - 2 * symbolWidth) / (characterWidth.regular * fontSize.text));
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
