import { received, requireBoolean, requireNumber, requireObject, requireOptions } from '../core/validation';
import { areTooClose, type Json, type JsonObject, type Numbers, requireRange, widened } from './figure';
import { columnsOf, escapeText, wrapWithin } from './text';
import { edge } from './theme';

/**
 * An axis: its title, including the unit, or an object with further settings. A title has at most 3 lines, of 66
 * characters along x and of 40 along y.
 */
export type Axis =
  | string
  | {
      title: string;
      /** Logarithmic scale, default false. Values ≤ 0 are not drawn; a band is cut off at the axis. */
      log?: boolean;
      /** Both ends of the axis, which differ by at least 1e-12 of the larger; default: the extent of the marks. */
      range?: readonly [number, number];
      /**
       * Positions of the ticks, or an object from label to position. A label may have 3 lines of 30 characters.
       * Default: chosen by Plotly.
       */
      ticks?: Numbers | Readonly<Record<string, number>>;
    };

function isArray(ticks: object): ticks is Numbers {
  return Array.isArray(ticks) || (ArrayBuffer.isView(ticks) && !(ticks instanceof DataView));
}

function requireAxis(name: string, axis: Axis): Exclude<Axis, string> {
  if (typeof axis === 'string') return { title: axis };
  requireOptions(`${name} (unless a title)`, axis, ['title', 'log', 'range', 'ticks']);
  if (typeof axis.title !== 'string')
    throw new TypeError(`${name}.title must be a string; got ${received(axis.title)}`);
  if (axis.log !== undefined) requireBoolean(`${name}.log`, axis.log);
  if (axis.ticks !== undefined && !isArray(axis.ticks))
    requireObject(`${name}.ticks`, axis.ticks, 'an array of positions or an object of positions by label');
  return axis;
}

/** The layout of an axis without settings. */
export function plainAxis(title: string, log = false): JsonObject {
  return {
    title: { text: escapeText(title), standoff: 10 },
    type: log ? 'log' : 'linear',
    automargin: true,
    showgrid: true,
    gridcolor: 'rgba(128, 128, 128, 0.2)',
    zeroline: false,
    showline: true,
    linecolor: edge,
    ticks: 'outside',
    tickcolor: edge,
    exponentformat: 'power',
    minexponent: 6,
    separatethousands: true,
  };
}

/** The longest line of an axis title in a figure of 680 × 430 px, in characters. */
const titleLengths = { x: 66, y: 40 };

/** @throws TypeError or RangeError naming what is invalid, as `x.range` for the axis `x`. */
export function axisLayout(name: 'x' | 'y', axis: Axis): JsonObject {
  const { title, log = false, range, ticks } = requireAxis(name, axis);
  const layout = plainAxis(wrapWithin(`${name}.title`, title, titleLengths[name], 3), log);
  if (range !== undefined) layout.range = requireRange(`${name}.range`, range, log);
  if (ticks !== undefined) {
    const places: number[] = isArray(ticks) ? Array.from(ticks) : Object.values(ticks);
    places.forEach((place, i) => {
      requireNumber(`${name}.ticks[${i}]`, place, log ? { above: 0 } : {});
    });
    layout.tickmode = 'array';
    layout.tickvals = places;
    const labels = isArray(ticks)
      ? places.map(formatNumber)
      : Object.keys(ticks).map((label) => wrapWithin(`label of ${name}.ticks`, label, 30, 3));
    layout.ticktext = labels;
    // at the end of an axis more letters reach beyond the margin: Plotly would leave the label out
    if (labels.some((label) => columnsOf(label) > 6)) layout.ticklabeloverflow = 'allow';
  }
  return layout;
}

/** A number as the label of a tick or a step: with at most 12 digits and a minus sign, not a hyphen. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(12))).replaceAll('-', '−');
}

/** The numbers of a trace along an axis. */
export function values(trace: JsonObject, axis: 'x' | 'y'): number[] {
  return ((trace[axis] ?? []) as Json[]).filter((value): value is number => typeof value === 'number');
}

/** Where a value is along an axis: at its logarithm if that is logarithmic. */
export function placeOn({ type }: JsonObject, value: Json | undefined): number {
  return type === 'log' ? Math.log10(Number(value)) : Number(value);
}

/** What the marks of a chart become. */
export interface Drawn {
  data: JsonObject[];
  shapes: JsonObject[];
}

/** The first and the last place of marks and rules along an axis. */
export function extentAlong({ data, shapes }: Drawn, name: 'x' | 'y', axis: JsonObject): [number, number] {
  const rules = shapes.filter((shape) => shape[`${name}ref`] === name).map((shape) => shape[`${name}0`]);
  let [least, most] = [Infinity, -Infinity];
  for (const value of [...data.flatMap((trace) => values(trace, name)), ...rules]) {
    const place = placeOn(axis, value);
    if (!Number.isFinite(place)) continue;
    least = Math.min(least, place);
    most = Math.max(most, place);
  }
  return [least, most];
}

/**
 * Gives marks whose places differ by rounding errors only the axis of equal ones, as Plotly could not label theirs.
 * Bars and error bars have extents of their own.
 */
export function widenAxis(drawn: Drawn, name: 'x' | 'y', axis: JsonObject): void {
  const hasExtents = drawn.data.some(({ type, error_y }) => type === 'bar' || error_y !== undefined);
  if (axis.range !== undefined || hasExtents) return;
  const [from, to] = extentAlong(drawn, name, axis);
  if (from < to && areTooClose(from, to)) axis.range = widened(from, to);
}

/** Smallest and largest positive value, as exponents of 10. */
function decades(numbers: number[]): [from: number, to: number] {
  const positive = numbers.filter((value) => value > 0);
  const [least, most] = [Math.min, Math.max].map((f) => positive.reduce((a, b) => f(a, b)));
  return [Math.log10(least!), Math.log10(most!)];
}

/**
 * Cuts bands that reach 0 or less, such as ± 2 standard errors, at the bottom of a logarithmic axis; Plotly
 * would not draw them at all.
 */
export function endBandsAtAxis(data: JsonObject[], axis: JsonObject): void {
  const cut = data.filter((trace) => trace.fill === 'toself' && values(trace, 'y').some((y) => y <= 0));
  const all = data.flatMap((trace) => values(trace, 'y'));
  if (axis.type !== 'log' || cut.length === 0 || !all.some((y) => y > 0)) return;
  if (axis.range === undefined) {
    const [least, most] = decades(all);
    axis.range = [Math.floor(least), most + 0.05 * (most - Math.floor(least))];
  }
  const bottom = 10 ** Math.min(...(axis.range as [number, number]));
  for (const trace of cut)
    trace.y = (trace.y as Json[]).map((y) => (typeof y === 'number' && y < bottom ? bottom : y));
}

/** @throws RangeError for a rule, a label or a heat map at 0 or less on a logarithmic axis, where it has no place. */
export function requirePlaces({ data, shapes }: Drawn, name: 'x' | 'y', axis: JsonObject): void {
  if (axis.type !== 'log') return;
  const because = `because the ${name} axis is logarithmic,`;
  for (const shape of shapes)
    if (shape[`${name}ref`] === name)
      requireNumber(`${name} of a rule, ${because}`, shape[`${name}0`], { above: 0 });
  for (const trace of data)
    if (trace.type === 'heatmap')
      for (const value of values(trace, name))
        requireNumber(`${name} of a heat map, ${because}`, value, { above: 0 });
    else if (trace.text !== undefined)
      requireNumber(
        `${name} of the label '${(trace.text as Json[])[0]}', ${because}`,
        values(trace, name)[0],
        {
          above: 0,
        },
      );
}

/** Labels a logarithmic axis of a few decades at powers of ten, and a shorter one also at 2 and 5. */
export function labelDecades(data: JsonObject[], axis: JsonObject, name: 'x' | 'y'): void {
  const numbers = data.flatMap((trace) => values(trace, name));
  if (axis.type !== 'log' || axis.tickvals !== undefined || !numbers.some((value) => value > 0)) return;
  const [from, to] = (axis.range as [number, number] | undefined) ?? decades(numbers);
  const span = Math.abs(to - from);
  const minor = { dtick: 'D1', ticks: 'outside', ticklen: 3, tickcolor: edge };
  if (span >= 2 && span <= 8) Object.assign(axis, { dtick: 1, minor });
  else if (span >= 0.7 && span < 2) Object.assign(axis, { dtick: 'D2', minor });
}
