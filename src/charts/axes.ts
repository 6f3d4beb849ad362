import {
  received,
  requireArray,
  requireBoolean,
  requireNumber,
  requireObject,
  requireOptions,
} from '../core/validation';
import type { Json, JsonObject } from './figure';
import { edge } from './theme';

/** An axis: its title, including the unit, or an object with further settings. */
export type Axis =
  | string
  | {
      title: string;
      /** Logarithmic scale, default false. Values ≤ 0 are not drawn; a band is cut off at the axis. */
      log?: boolean;
      /** Both ends of the axis; default: the extent of the marks. */
      range?: readonly [number, number];
      /** Positions of the ticks, or an object from label to position. Default: chosen by Plotly. */
      ticks?: readonly number[] | Readonly<Record<string, number>>;
    };

function requireAxis(name: string, axis: Axis): Exclude<Axis, string> {
  if (typeof axis === 'string') return { title: axis };
  requireOptions(`${name} (unless a title)`, axis, ['title', 'log', 'range', 'ticks']);
  if (typeof axis.title !== 'string')
    throw new TypeError(`${name}.title must be a string; got ${received(axis.title)}`);
  if (axis.log !== undefined) requireBoolean(`${name}.log`, axis.log);
  if (axis.range !== undefined) requireArray(`${name}.range`, axis.range, 'two numbers');
  if (axis.ticks !== undefined && !Array.isArray(axis.ticks))
    requireObject(`${name}.ticks`, axis.ticks, 'an array of positions or an object of positions by label');
  return axis;
}

/** @throws TypeError or RangeError naming what is invalid, as `x.range` for the axis `x`. */
export function axisLayout(name: string, axis: Axis): JsonObject {
  const { title, log = false, range, ticks } = requireAxis(name, axis);
  const layout: JsonObject = {
    title: { text: title, standoff: 10 },
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
  if (range) {
    const [from, to] = range.map((end, i) =>
      requireNumber(`${name}.range[${i}]`, end, log ? { above: 0 } : {}),
    ) as [number, number];
    if (from === to) throw new RangeError(`${name}.range must have two different ends; got [${from}, ${to}]`);
    layout.range = log ? [Math.log10(from), Math.log10(to)] : [from, to];
  }
  if (ticks) {
    const labels = isNumbers(ticks) ? undefined : Object.keys(ticks);
    const places = isNumbers(ticks) ? [...ticks] : Object.values(ticks);
    places.forEach((place, i) => {
      requireNumber(`${name}.ticks[${i}]`, place, log ? { above: 0 } : {});
    });
    layout.tickmode = 'array';
    layout.tickvals = places;
    layout.ticktext = labels ?? places.map((place) => String(place).replace('-', '−'));
  }
  return layout;
}

function isNumbers(ticks: readonly number[] | Readonly<Record<string, number>>): ticks is readonly number[] {
  return Array.isArray(ticks);
}

/** The numbers of a trace along an axis. */
export function values(trace: JsonObject, axis: 'x' | 'y'): number[] {
  return ((trace[axis] ?? []) as Json[]).filter((value): value is number => typeof value === 'number');
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

/** @throws RangeError for a rule or a label at 0 or less on a logarithmic axis, where it has no place. */
export function requirePlaces(
  { data, shapes }: { data: JsonObject[]; shapes: JsonObject[] },
  name: 'x' | 'y',
  axis: JsonObject,
): void {
  if (axis.type !== 'log') return;
  const because = `because the ${name} axis is logarithmic,`;
  for (const shape of shapes)
    if (shape[`${name}ref`] === name)
      requireNumber(`${name} of a rule, ${because}`, shape[`${name}0`], { above: 0 });
  for (const trace of data)
    if (trace.text !== undefined)
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
