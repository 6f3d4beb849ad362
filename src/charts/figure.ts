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

/** The text of a figure's title, on one line. */
export function titleOf({ layout: { title } }: Figure): string {
  return String((title as JsonObject | undefined)?.text ?? '').replaceAll('<br>', ' ');
}

/** Numbers in an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Font sizes in px. */
export const fontSize = { title: 16, panelTitle: 14, text: 13 };

/** Widths of a character in units of the font size: the mean over English text in DejaVu Sans, rounded up. */
export const characterWidth = { regular: 0.54, bold: 0.6 };

// what East Asian and emoji fonts set in a square
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** The length of a Plotly text in characters, without tags; a wide character counts twice. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const sign of text.replace(/<[^>]*>/g, '')) columns += wide.test(sign) ? 2 : 1;
  return columns;
}

/**
 * Breaks text at spaces, and words that are longer than a line anywhere, into the fewest lines of at most
 * `length` characters, balanced in length. Numbers stay with the word before, and both sides of a relation
 * together, as in `depth 100` and `s = 1`. Text that contains `<br>` is not changed.
 */
export function wrapText(text: string, length: number): string {
  if (/<br>/i.test(text) || columnsOf(text) <= length) return text;
  const words = text.split(breaks).flatMap((phrase) => fitting(phrase, length));
  const fewest = filled(words, length).length;
  for (let shorter = Math.floor(columnsOf(text) / fewest); ; shorter++) {
    const lines = filled(words, shorter);
    if (lines.length <= fewest) return lines.join('<br>');
  }
}

// a space outside of tags, neither beside a relation nor before a number
const breaks = /(?<! [=<>≤≥≈±]) (?![^<]*>)(?![=<>≤≥≈±] |[−-]?\d)/;

/** A phrase, or if it is longer than a line, its words, of which those that still are get cut. */
function fitting(phrase: string, length: number): string[] {
  if (columnsOf(phrase) <= length) return [phrase];
  return phrase.split(/ (?![^<]*>)/).flatMap((word) => cut(word, length));
}

/** Fills lines of at most `length` characters, or of one word, with words. */
function filled(words: readonly string[], length: number): string[] {
  const [first = '', ...rest] = words;
  const lines = [first];
  for (const word of rest) {
    const line = `${lines.at(-1)} ${word}`;
    if (columnsOf(line) <= length) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** The word in pieces of at most `length` characters. Words with tags are left whole. */
function cut(word: string, length: number): string[] {
  if (columnsOf(word) <= length || word.includes('<')) return [word];
  const pieces = [''];
  for (const sign of word) {
    const piece = pieces.at(-1)! + sign;
    if (pieces.at(-1) === '' || columnsOf(piece) <= length) pieces[pieces.length - 1] = piece;
    else pieces.push(sign);
  }
  return pieces;
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
