import { received, requireInteger, requireNumber } from '../core/validation';
import { type JsonObject, type Numbers, requireLength, roundedValues } from './figure';
import { type Color, resolveColor, translucent } from './palette';

/**
 * One thing drawn in a chart: a Plotly trace or shape that is still to be coloured. Marks with the same `name` are one
 * series: they share their colour and their entry in the legend.
 */
export interface Mark {
  readonly name?: string;
  /** Its own colour; without, the chart gives it the next one of the palette. */
  readonly color?: string;
  trace?(color: string): JsonObject;
  shape?(): JsonObject;
}

/** What every series can be told. */
export interface SeriesOptions {
  /** Its entry in the legend; marks with the same name are one series. */
  name?: string;
  /** Default: the next colour of the palette. */
  color?: Color;
}

function series({ name, color }: SeriesOptions, trace: (color: string) => JsonObject): Mark {
  return {
    ...(name !== undefined && { name }),
    ...(color !== undefined && { color: resolveColor(color) }),
    trace,
  };
}

function curve(x: Numbers, y: Numbers): JsonObject {
  requireLength('y', y, x.length, 'x');
  return { type: 'scatter', x: roundedValues('x', x), y: roundedValues('y', y) };
}

/** How a line is drawn. */
export interface LineOptions extends SeriesOptions {
  /** Default: solid. */
  dash?: 'solid' | 'dash' | 'dot';
  /** In px; default 2.5. */
  width?: number;
}

/**
 * A line through the points (x, y), broken where a value is not finite.
 * @throws TypeError or RangeError if the lengths differ or an entry is no number.
 * @example
 * line([1, 2, 3], [1, 4, 9], { name: 'exact' }).name // 'exact'
 */
export function line(x: Numbers, y: Numbers, options: LineOptions = {}): Mark {
  const points = curve(x, y);
  const { dash = 'solid', width = 2.5 } = options;
  requireNumber('width', width, { above: 0 });
  return series(options, (color) => ({ ...points, mode: 'lines', line: { color, dash, width } }));
}

/** How points are drawn. */
export interface PointOptions extends SeriesOptions {
  /** Half the length of each point's vertical error bar, such as its standard error. */
  error?: Numbers;
  /** Default: circle. */
  symbol?: 'circle' | 'circle-open' | 'square' | 'diamond' | 'x';
  /** Diameter in px; default 8. */
  size?: number;
}

/**
 * The points (x, y), with error bars if `error` is given; points that are not finite are left out.
 * @throws TypeError or RangeError if the lengths differ or an entry is no number.
 * @example
 * points([1, 2], [0.9, 4.2], { name: 'simulated', error: [0.1, 0.2] }).name // 'simulated'
 */
export function points(x: Numbers, y: Numbers, options: PointOptions = {}): Mark {
  const trace = curve(x, y);
  const { error, symbol = 'circle', size = 8 } = options;
  requireNumber('size', size, { above: 0 });
  if (error) {
    requireLength('error', error, x.length, 'x');
    trace.error_y = { type: 'data', array: roundedValues('error', error), thickness: 1.5, width: 4 };
  }
  return series(options, (color) => ({ ...trace, mode: 'markers', marker: { color, symbol, size } }));
}

/**
 * The area between two curves, such as a confidence band; it ends where a value is not finite.
 * @throws TypeError or RangeError if the lengths differ or an entry is no number.
 * @example
 * band([1, 2], [0.5, 3], [1.5, 5], { name: 'ReLU' }).name // 'ReLU'
 */
export function band(x: Numbers, lower: Numbers, upper: Numbers, options: SeriesOptions = {}): Mark {
  requireLength('lower', lower, x.length, 'x');
  requireLength('upper', upper, x.length, 'x');
  const [across, low, high] = [
    roundedValues('x', x),
    roundedValues('lower', lower),
    roundedValues('upper', upper),
  ];
  const outline: { x: (number | null)[]; y: (number | null)[] } = { x: [], y: [] };
  let start = 0;
  for (let end = 0; end <= across.length; end++) {
    if (end < across.length && across[end] !== null && low[end] !== null && high[end] !== null) continue;
    if (end > start) {
      const gap = outline.x.length > 0 ? [null] : [];
      const there = across.slice(start, end);
      outline.x.push(...gap, ...there, ...there.slice().reverse());
      outline.y.push(...gap, ...high.slice(start, end), ...low.slice(start, end).reverse());
    }
    start = end + 1;
  }
  return series(options, (color) => ({
    type: 'scatter',
    mode: 'lines',
    ...outline,
    fill: 'toself',
    fillcolor: translucent(color, 0.2),
    line: { color, width: 0 },
    hoverinfo: 'skip',
  }));
}

/** From the least to the largest; ½ to either side where all are equal. */
function extent(values: number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return least < most ? [least, most] : [least - 0.5, most + 0.5];
}

/** How a sample is binned. */
export interface HistogramOptions extends SeriesOptions {
  /** How many bins of equal width, 1 … 1000; default 60. */
  bins?: number;
  /** What the bins cover; default: the finite values, from the least to the largest. */
  range?: readonly [number, number];
}

/**
 * A sample as a histogram of probability density, to lie behind an exact density: bars of height
 * count / (n · bin width), n the number of finite values. So values outside `range` still count in n, and
 * values that are not finite (the log-norm −∞ of a network that died) do not.
 * @throws TypeError or RangeError if an entry is no number or none is finite, or for bad options.
 * @example
 * histogram([0, 1, 1, 2], { bins: 2 }).name // undefined
 */
export function histogram(sample: Numbers, options: HistogramOptions = {}): Mark {
  const { bins = 60 } = options;
  requireInteger('bins', bins, { atLeast: 1, atMost: 1000 });
  const finite: number[] = [];
  for (let i = 0; i < sample.length; i++) {
    if (typeof sample[i] !== 'number')
      throw new TypeError(`sample[${i}] must be a number; got ${received(sample[i])}`);
    if (Number.isFinite(sample[i])) finite.push(sample[i]!);
  }
  if (finite.length === 0)
    throw new RangeError(`sample must have a finite value; got ${sample.length} others`);
  const [least, most] = options.range ?? extent(finite);
  requireNumber('range[0]', least);
  requireNumber('range[1]', most, { above: least });
  const width = (most - least) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite)
    if (value >= least && value <= most) counts[Math.min(bins - 1, Math.floor((value - least) / width))]!++;
  const trace: JsonObject = {
    type: 'bar',
    x: roundedValues(
      'x',
      counts.map((_, i) => least + (i + 0.5) * width),
    ),
    y: roundedValues(
      'y',
      counts.map((count) => count / (finite.length * width)),
    ),
    width,
  };
  return series(options, (color) => ({ ...trace, marker: { color }, opacity: 0.35 }));
}

/** How a heat map's values are coloured. */
export interface HeatmapOptions {
  /** What the colours show, beside the colour bar. */
  title: string;
  /** The value in the middle of a two-sided scale, blue below and orange above; without, dark to light. */
  center?: number;
  /** The values at the ends of the scale; default: the least and the largest. */
  range?: readonly [number, number];
}

/**
 * A map of coloured cells: `z[j][i]` at (x[i], y[j]); values that are not finite stay white.
 * @throws TypeError or RangeError if the lengths differ or an entry is no number.
 * @example
 * heatmap([1, 2, 3], [10, 20], [[0, 1, 2], [3, 4, 5]], { title: 'shift' }).name // undefined
 */
export function heatmap(x: Numbers, y: Numbers, z: readonly Numbers[], options: HeatmapOptions): Mark {
  requireLength('z', z, y.length, 'y');
  z.forEach((row, j) => {
    requireLength(`z[${j}]`, row, x.length, 'x');
  });
  const { title, center, range } = options;
  const trace: JsonObject = {
    type: 'heatmap',
    x: roundedValues('x', x),
    y: roundedValues('y', y),
    z: z.map((row, j) => roundedValues(`z[${j}]`, row)),
    colorscale: center === undefined ? 'Viridis' : diverging,
    colorbar: {
      title: { text: title, side: 'right' },
      thickness: 14,
      outlinewidth: 0,
      exponentformat: 'power',
    },
  };
  if (range) {
    trace.zmin = requireNumber('range[0]', range[0]);
    trace.zmax = requireNumber('range[1]', range[1], { above: range[0] });
  }
  if (center !== undefined) trace.zmid = requireNumber('center', center);
  return series({ color: 'grey' }, () => trace); // it has its own colours and needs none of the palette
}

// blue and orange are told apart in every kind of colour vision
const diverging = [
  [0, '#08488c'],
  [0.25, '#6ea6d2'],
  [0.5, '#f7f7f7'],
  [0.75, '#f0a35e'],
  [1, '#a84400'],
];

/** Where a reference line stands. */
export type RuleOptions = ({ x: number } | { y: number }) & {
  /** Written along the line. */
  label?: string;
  /** Default: grey. */
  color?: Color;
};

/**
 * A dashed reference line across the whole chart at one x or one y.
 * @throws TypeError or RangeError if the place is no finite number.
 * @example
 * rule({ y: 0, label: 'no effect' }).color // '#6e7781'
 */
export function rule(options: RuleOptions): Mark {
  const { label, color = 'grey' } = options;
  const drawn = resolveColor(color);
  const place =
    'x' in options
      ? { x0: requireNumber('x', options.x), x1: options.x, y0: 0, y1: 1, xref: 'x', yref: 'y domain' }
      : { y0: requireNumber('y', options.y), y1: options.y, x0: 0, x1: 1, yref: 'y', xref: 'x domain' };
  const anchors =
    'x' in options ? { xanchor: 'left', yanchor: 'top' } : { xanchor: 'right', yanchor: 'bottom' };
  return {
    color: drawn,
    shape: () => ({
      type: 'line',
      ...place,
      line: { color: drawn, width: 1.5, dash: 'dash' },
      ...(label === undefined
        ? {}
        : {
            label: {
              text: label,
              textposition: 'end',
              textangle: 0,
              ...anchors,
              font: { color: drawn },
              padding: 4,
            },
          }),
    }),
  };
}

/** How a label is drawn. */
export interface LabelOptions {
  /** Default: near black. */
  color?: Color;
  /** Where the text lies, seen from its point; default right. */
  side?: 'left' | 'right' | 'above' | 'below';
}

/**
 * A short text beside the point (x, y).
 * @throws TypeError or RangeError if x or y is no finite number.
 * @example
 * label(64, 0.033, 'width 64').color // '#222222'
 */
export function label(x: number, y: number, text: string, options: LabelOptions = {}): Mark {
  requireNumber('x', x);
  requireNumber('y', y);
  const { color = 'black', side = 'right' } = options;
  const textposition = {
    left: 'middle left',
    right: 'middle right',
    above: 'top center',
    below: 'bottom center',
  }[side];
  const drawn = resolveColor(color);
  return {
    color: drawn,
    trace: () => ({
      type: 'scatter',
      mode: 'markers+text',
      marker: { size: 10, opacity: 0 }, // keeps the text off the point
      x: [x],
      y: [y],
      text: [text],
      textposition,
      textfont: { color: drawn },
      cliponaxis: false,
      hoverinfo: 'skip',
    }),
  };
}
