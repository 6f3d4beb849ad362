import {
  received,
  requireArray,
  requireNumber,
  requireNumbers,
  requireObject,
  requireObjects,
} from '../core/validation';
import { textLines } from './text';

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
  return textLines(String((title as JsonObject | undefined)?.text ?? '')).join(' ');
}

/** Numbers in an array or a typed array. */
export type Numbers = ArrayLike<number>;

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

/** Whether two values are too close for the ends of an axis or a colour scale: Plotly could not label it. */
export function areTooClose(a: number, b: number): boolean {
  return Math.abs(b - a) < Math.max(1e-300, 1e-12 * Math.max(Math.abs(a), Math.abs(b)));
}

/** Ends around values that are equal or too close: ± ½ or what is needed to tell the ends apart. */
export function widened(least: number, most: number): [number, number] {
  const half = Math.max(0.5, Math.abs(least) * 2 ** -40);
  return [least - half, most + half];
}

/**
 * The two ends of a range, or on a logarithmic axis their exponents of 10.
 * @throws TypeError or RangeError unless they are two numbers far enough apart, positive if `log`.
 */
export function requireRange(name: string, range: ArrayLike<number>, log = false): [number, number] {
  requireArray(name, range, 'two numbers');
  if (range.length !== 2) throw new RangeError(`${name} must have two ends; got ${received(range)}`);
  const [from, to] = Array.from(range, (end, i) => {
    requireNumber(`${name}[${i}]`, end, log ? { above: 0 } : {});
    return log ? Math.log10(end) : end;
  });
  if (areTooClose(from!, to!))
    throw new RangeError(
      `${name} must have two ends that differ by at least 1e-12 of the larger one and by 1e-300; got [${range[0]}, ${range[1]}]`,
    );
  return [from!, to!];
}
