import { received } from '../core/validation';

/** A value JSON can hold. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/**
 * A Plotly figure as plain JSON. What `chart` and `panels` do not offer is a spread away:
 * `{ ...figure, layout: { ...figure.layout, sliders } }`.
 */
export interface Figure {
  data: JsonObject[];
  layout: JsonObject;
  frames?: JsonObject[];
}

/** Numbers in an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Font sizes in px at the figure's own width. */
export const fontSize = { title: 19, panelTitle: 17, text: 15 };

/**
 * Text broken into as few lines as `length` characters each allow (where a space does), of about equal length; text
 * that has its own `<br>` is left as it is.
 */
export function wrapText(text: string, length: number): string {
  if (/<br>/i.test(text) || text.length <= length) return text;
  const words = text.split(' ');
  const fewest = filled(words, length).length;
  for (let shorter = Math.floor(text.length / fewest); ; shorter++) {
    const lines = filled(words, shorter);
    if (lines.length <= fewest) return lines.join('<br>');
  }
}

/** Words put into lines of at most `length` characters, or of one word. */
function filled(words: readonly string[], length: number): string[] {
  const [first = '', ...rest] = words;
  const lines = [first];
  for (const word of rest) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= length) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** The lines of a text for Plotly. */
export function countLines(text: string): number {
  return text.split(/<br>/i).length;
}

/**
 * The values for Plotly: gaps (null) for what is not finite, and no more digits than a reader can see or zoom into
 * (5 of the value, and 5 of the spread), which keeps notebooks small.
 * @throws TypeError if an entry is no number.
 */
export function roundedValues(name: string, values: Numbers): (number | null)[] {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number')
      throw new TypeError(`${name}[${i}] must be a number; got ${received(value)}`);
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const spread = most - least;
  const round = (value: number) => {
    if (!Number.isFinite(value)) return null;
    if (value === 0) return 0;
    const digits = 5 + Math.max(0, Math.ceil(Math.log10(Math.abs(value) / spread)));
    return Number(value.toPrecision(Math.min(digits, 17)));
  };
  return Array.from(values, round);
}

/** @throws RangeError if `values` has not as many entries as `expected` says. */
export function requireLength(
  name: string,
  values: ArrayLike<unknown>,
  expected: number,
  what: string,
): void {
  if (values.length !== expected)
    throw new RangeError(`${name} must have as many values as ${what} (${expected}); got ${values.length}`);
}
