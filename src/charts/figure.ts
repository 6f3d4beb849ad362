import { requireArray, requireNumbers, requireObject, requireObjects } from '../core/validation';

/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/**
 * A Plotly figure as plain JSON. Settings that `chart` and `panels` do not offer can be added by spreading:
 * `{ ...figure, layout: { ...figure.layout, sliders } }`.
 */
export interface Figure {
  data: JsonObject[];
  layout: JsonObject;
  frames?: JsonObject[];
}

/** @throws TypeError unless `figure` has the parts of a Plotly figure. */
export function requireFigure(name: string, figure: Figure): void {
  requireObject(name, figure, 'a figure { data, layout }, as chart returns');
  requireObjects(`${name}.data`, figure.data, 'traces');
  requireObject(`${name}.layout`, figure.layout, 'a layout');
}

/** Numbers in an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Font sizes in px. */
export const fontSize = { title: 19, panelTitle: 17, text: 15 };

/**
 * Breaks text at spaces into the fewest lines of at most `length` characters, balanced in length. Text that
 * contains `<br>` is not changed.
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

/** Fills lines of at most `length` characters with words; a longer word has its own line. */
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

/** The number of lines of a Plotly text. */
export function countLines(text: string): number {
  return text.split(/<br>/i).length;
}

/**
 * The values for Plotly: null (a gap) where they are not finite, and rounded to 5 digits of the value and of
 * the range of all values, which is more than can be seen and keeps notebooks small.
 * @throws TypeError if an entry is not a number.
 */
export function roundedValues(name: string, values: Numbers): (number | null)[] {
  requireNumbers(name, values);
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
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

/** @throws RangeError unless `values` has `expected` entries. */
export function requireLength(
  name: string,
  values: ArrayLike<unknown>,
  expected: number,
  what: string,
): void {
  requireArray(name, values, 'numbers');
  if (values.length !== expected)
    throw new RangeError(`${name} must have as many values as ${what} (${expected}); got ${values.length}`);
}
