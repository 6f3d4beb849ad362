import {
  received,
  requireArray,
  requireBoolean,
  requireNumber,
  requireObject,
  requireObjects,
  requireOptions,
  requireText,
} from '../core/validation';
import {
  characterWidth,
  countLines,
  type Figure,
  fontSize,
  type Json,
  type JsonObject,
  wrapText,
} from './figure';
import { entryLength, legendHeight } from './legend';
import type { Mark } from './marks';
import { seriesColors } from './palette';
import { thin } from './thin';

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

/** Options of `chart`. */
export interface ChartOptions {
  /** The finding that the chart shows, rather than the names of its axes. */
  title: string;
  x: Axis;
  y: Axis;
  /** Drawn in order, the first at the bottom. */
  marks: readonly Mark[];
}

/**
 * The width in px for which figures are laid out and their pictures are drawn: no more than a cell of JupyterLab has in a
 * window of 1150 px. On a page a figure is as wide as its place.
 */
export const figureWidth = 680;
const chartHeight = 430;

/** At the top right, where Plotly shows its buttons. */
const buttonsWidth = 130;
const family = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif";

// readable on white (4.6:1) and on the dark page of JupyterLab (4.1:1)
const ink = '#6f7680';
const edge = '#8b929b';
const transparent = 'rgba(0, 0, 0, 0)';

/** The height of a legend in px for which a figure has room without being enlarged. */
const legendRoom = 60;

/** The layout shared by all charts, for a figure of the given height in px and all entries of its legend. */
export function theme(title: string, plainHeight: number, data: readonly JsonObject[]): JsonObject {
  const forLegend = legendHeight(data, figureWidth);
  const height = plainHeight + Math.max(0, forLegend - legendRoom);
  const heading = wrapText(
    title,
    Math.floor((figureWidth - 16 - buttonsWidth) / (characterWidth.bold * fontSize.title)),
  );
  return {
    autosize: true,
    height,
    font: { family, size: fontSize.text, color: ink },
    paper_bgcolor: transparent,
    plot_bgcolor: transparent,
    title: titleLayout(heading, height),
    margin: { l: 16, r: 20, t: title === '' ? 32 : 28 + 1.3 * fontSize.title * countLines(heading), b: 16 },
    modebar: { bgcolor: transparent, color: edge, activecolor: ink },
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      yref: 'container',
      y: 0.01,
      yanchor: 'bottom',
      itemwidth: 36,
      tracegroupgap: 0,
      maxheight: Math.ceil(Math.max(forLegend, legendRoom) + 20),
    },
    colorway: [...seriesColors],
    hovermode: 'closest',
    hoverlabel: { namelength: -1, font: { family } },
    barmode: 'overlay',
    bargap: 0,
  };
}

/** At the top left, anchored at its first baseline, whose position does not depend on the number of lines. */
function titleLayout(text: string, height: number): JsonObject {
  return {
    text,
    font: { size: fontSize.title, weight: 700 },
    x: 0,
    xref: 'container',
    xanchor: 'left',
    y: 1 - (14 + 0.75 * fontSize.title) / height,
    yref: 'container',
    yanchor: 'bottom',
    pad: { l: 16 },
  };
}

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

function axisLayout(name: string, axis: Axis): JsonObject {
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

/** Assigns colours and gives each series one legend entry: its first line or points, otherwise its band. */
function colored(marks: readonly Mark[]): { data: JsonObject[]; shapes: JsonObject[] } {
  const data: JsonObject[] = [];
  const shapes: JsonObject[] = [];
  const ofName = new Map<string, string>();
  for (const { name, color } of marks)
    if (name !== undefined && color !== undefined && !ofName.has(name)) ofName.set(name, color);
  let used = 0;
  const next = () => seriesColors[used++ % seriesColors.length]!;
  for (const mark of marks) {
    if (mark.shape) shapes.push(mark.shape());
    if (!mark.trace) continue;
    const { name } = mark;
    const color = mark.color ?? (name === undefined ? undefined : ofName.get(name)) ?? next();
    if (name !== undefined) ofName.set(name, color);
    const inLegend =
      name === undefined ? {} : { name: wrapText(name, entryLength(figureWidth)), legendgroup: name };
    data.push({ ...mark.trace(color), ...inLegend, showlegend: false });
  }
  for (const name of ofName.keys()) {
    const members = data.filter((trace) => trace.legendgroup === name);
    const shown = members.find((trace) => trace.fill === undefined) ?? members[0];
    if (shown) shown.showlegend = true;
  }
  return { data, shapes };
}

/** The numbers of a trace along an axis. */
function values(trace: JsonObject, axis: 'x' | 'y'): number[] {
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
function endBandsAtAxis(data: JsonObject[], axis: JsonObject): void {
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
function requirePlaces(
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
function labelDecades(data: JsonObject[], axis: JsonObject, name: 'x' | 'y'): void {
  const numbers = data.flatMap((trace) => values(trace, name));
  if (axis.type !== 'log' || axis.tickvals !== undefined || !numbers.some((value) => value > 0)) return;
  const [from, to] = (axis.range as [number, number] | undefined) ?? decades(numbers);
  const span = Math.abs(to - from);
  const minor = { dtick: 'D1', ticks: 'outside', ticklen: 3, tickcolor: edge };
  if (span >= 2 && span <= 8) Object.assign(axis, { dtick: 1, minor });
  else if (span >= 0.7 && span < 2) Object.assign(axis, { dtick: 'D2', minor });
}

/**
 * Moves the label of a rule near the upper end of its axis to the other side of the line, so that it is not
 * cut off.
 */
function turnLabels(shapes: JsonObject[], data: JsonObject[], axes: { x: JsonObject; y: JsonObject }): void {
  for (const shape of shapes) {
    const label = shape.label as JsonObject | undefined;
    if (!label) continue;
    const name = shape.xref === 'x' ? 'x' : 'y';
    const { type, range } = axes[name];
    const scaled = (value: Json | undefined) => (type === 'log' ? Math.log10(Number(value)) : Number(value));
    const rules = shapes.filter((other) => other[`${name}ref`] === name).map((other) => other[`${name}0`]);
    const shown = [...data.flatMap((trace) => values(trace, name)), ...rules]
      .map(scaled)
      .filter(Number.isFinite);
    const ends = shown.reduce(
      ([least, most], x) => [Math.min(least, x), Math.max(most, x)],
      [Infinity, -Infinity],
    );
    const [from, to] = (range as [number, number] | undefined) ?? ends;
    const place = (scaled(shape[`${name}0`]) - from) / (to - from);
    if (name === 'y' && place > 0.9) label.yanchor = 'top';
    if (name === 'x' && place > 0.8) label.xanchor = 'right';
  }
}

/**
 * Builds a chart from marks, with the style shared by all charts of the project. Use `show` to display it,
 * `panels` to combine several, and `saveFigure` to write it to a file. The result is plain Plotly JSON.
 *
 * Named series get the colours of `palette` in order of appearance. Lines, bands and points of more than 5,000
 * points are thinned to what can be seen, and the chart says so. Without marks the chart has only axes, which
 * is a start for `showLive`.
 * @param options `title`, the axes `x` and `y`, and `marks`, such as `line`, `points`, `band`, `histogram`,
 *   `heatmap`, `rule` and `label`
 * @throws TypeError or RangeError naming the invalid argument.
 * @example
 * const squares = chart({
 *   title: 'Squares grow faster than lines',
 *   x: 'x',
 *   y: { title: 'y', log: true },
 *   marks: [line([1, 2, 3], [1, 4, 9], { name: 'square' }), points([1, 3], [1, 3], { name: 'line' })],
 * });
 * squares.data.length // 2
 */
export function chart(options: ChartOptions): Figure {
  const { title, x, y, marks } = requireOptions('options', options, ['title', 'x', 'y', 'marks']);
  requireText('title', title);
  requireObjects('marks', marks, 'marks, such as line(…)');
  for (const [i, mark] of marks.entries())
    if (typeof (mark.trace ?? mark.shape) !== 'function')
      throw new TypeError(`marks[${i}] must be a mark, such as line(…); got ${received(mark)}`);
  const { data, shapes } = colored(marks);
  const xaxis = axisLayout('x', x);
  const yaxis = axisLayout('y', y);
  requirePlaces({ data, shapes }, 'x', xaxis);
  requirePlaces({ data, shapes }, 'y', yaxis);
  endBandsAtAxis(data, yaxis);
  labelDecades(data, xaxis, 'x');
  labelDecades(data, yaxis, 'y');
  turnLabels(shapes, data, { x: xaxis, y: yaxis });
  const thinned = thin(data, xaxis, yaxis);
  if (thinned) addNote(xaxis, thinned);
  return { data, layout: { ...theme(title, chartHeight, data), xaxis, yaxis, shapes } };
}

/** Says below the title of the x axis how many points are drawn. */
function addNote(xaxis: JsonObject, { drawn, of }: { drawn: number; of: number }): void {
  const title = xaxis.title as JsonObject;
  const [few, all] = [drawn, of].map((count) => count.toLocaleString('en-US'));
  title.text = `${title.text}<br><span style="font-size: 11px">${few} of ${all} points drawn</span>`;
}
