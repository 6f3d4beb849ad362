import {
  requireArray,
  requireInteger,
  requireNumber,
  requireNumbers,
  requireOneOf,
  requireOptions,
  requireText,
} from '../core/validation';
import {
  areTooClose,
  type JsonObject,
  type Numbers,
  requireLength,
  requireRange,
  roundedValues,
  widened,
} from './figure';
import { type Color, resolveColor, translucent } from './palette';
import { escapeText } from './text';

/**
 * One element of a chart: a Plotly trace or shape whose colour is assigned by the chart. Marks with the same
 * `name` are one series: they share a colour and a legend entry.
 */
export interface Mark {
  readonly name?: string;
  /** Default: the next colour of the palette. */
  readonly color?: string;
  trace?(color: string): JsonObject;
  shape?(): JsonObject;
}

/** Options of every series. */
export interface SeriesOptions {
  /** Name in the legend; marks with the same name are one series. Default: no legend entry. */
  name?: string;
  /** Default: the next colour of the palette. */
  color?: Color;
}

function series({ name, color }: SeriesOptions, trace: (color: string) => JsonObject): Mark {
  if (name !== undefined) requireText('name', name);
  return {
    ...(name !== undefined && { name }),
    ...(color !== undefined && { color: resolveColor(color) }),
    trace,
  };
}

function curve(x: Numbers, y: Numbers): JsonObject {
  requireArray('x', x, 'numbers');
  requireLength('y', y, x.length, 'x');
  return { type: 'scatter', x: roundedValues('x', x), y: roundedValues('y', y) };
}

/** Options of `line`. */
export interface LineOptions extends SeriesOptions {
  /** Default: solid. */
  dash?: 'solid' | 'dash' | 'dot';
  /** In px; default 2.5. */
  width?: number;
}

/**
 * Draws a line through the points (x, y), for curves such as exact results. The line is broken where a value
 * is not finite.
 * @param x coordinates of the points
 * @param y coordinates, as many as in `x`
 * @param options `name`, `color`, `dash` and `width`
 * @throws TypeError or RangeError if the lengths differ or an entry is not a number.
 * @example
 * line([1, 2, 3], [1, 4, 9], { name: 'exact' }).name // 'exact'
 */
export function line(x: Numbers, y: Numbers, options: LineOptions = {}): Mark {
  const points = curve(x, y);
  const { dash = 'solid', width = 2.5 } = requireOptions('options', options, [
    ...['name', 'color', 'dash', 'width'],
  ]);
  requireOneOf('dash', dash, ['solid', 'dash', 'dot']);
  requireNumber('width', width, { above: 0 });
  return series(options, (color) => ({ ...points, mode: 'lines', line: { color, dash, width } }));
}

/** Options of `points`. */
export interface PointOptions extends SeriesOptions {
  /**
   * Half the length of the vertical error bar of each point, such as its standard error; default: no error
   * bars.
   */
  error?: Numbers;
  /** Default: circle. */
  symbol?: 'circle' | 'circle-open' | 'square' | 'diamond' | 'x';
  /** Diameter in px; default 8. */
  size?: number;
}

/**
 * Draws the points (x, y), for simulated or measured values, with error bars if `error` is given. Points that
 * are not finite are omitted.
 * @param x coordinates of the points
 * @param y coordinates, as many as in `x`
 * @param options `name`, `color`, `error`, `symbol` and `size`
 * @throws TypeError or RangeError if the lengths differ or an entry is not a number.
 * @example
 * points([1, 2], [0.9, 4.2], { name: 'simulated', error: [0.1, 0.2] }).name // 'simulated'
 */
export function points(x: Numbers, y: Numbers, options: PointOptions = {}): Mark {
  const trace = curve(x, y);
  const {
    error,
    symbol = 'circle',
    size = 8,
  } = requireOptions('options', options, [...['name', 'color', 'error', 'symbol', 'size']]);
  requireNumber('size', size, { above: 0 });
  requireOneOf('symbol', symbol, ['circle', 'circle-open', 'square', 'diamond', 'x']);
  if (error !== undefined) {
    requireLength('error', error, x.length, 'x');
    trace.error_y = { type: 'data', array: roundedValues('error', error), thickness: 1.5, width: 4 };
  }
  return series(options, (color) => ({ ...trace, mode: 'markers', marker: { color, symbol, size } }));
}

/**
 * Fills the area between two curves, such as a confidence band. It is interrupted where a value is not
 * finite.
 * @param x coordinates along the band
 * @param lower lower limits, as many as in `x`
 * @param upper upper limits, as many as in `x`
 * @param options `name` and `color`
 * @throws TypeError or RangeError if the lengths differ or an entry is not a number.
 * @example
 * band([1, 2], [0.5, 3], [1.5, 5], { name: 'ReLU' }).name // 'ReLU'
 */
export function band(x: Numbers, lower: Numbers, upper: Numbers, options: SeriesOptions = {}): Mark {
  requireArray('x', x, 'numbers');
  requireLength('lower', lower, x.length, 'x');
  requireLength('upper', upper, x.length, 'x');
  requireOptions('options', options, ['name', 'color']);
  const [across, low, high] = [
    roundedValues('x', x),
    roundedValues('lower', lower),
    roundedValues('upper', upper),
  ];
  const outline: { x: (number | null)[]; y: (number | null)[] } = { x: [], y: [] };
  const add = (x: number | null, y: number | null) => {
    outline.x.push(x);
    outline.y.push(y);
  };
  let start = 0;
  for (let end = 0; end <= across.length; end++) {
    if (end < across.length && across[end] !== null && low[end] !== null && high[end] !== null) continue;
    if (end > start) {
      if (outline.x.length > 0) add(null, null);
      for (let i = start; i < end; i++) add(across[i]!, high[i]!);
      for (let i = end - 1; i >= start; i--) add(across[i]!, low[i]!);
    }
    start = end + 1;
  }
  return series(options, (color) => ({
    type: 'scatter',
    mode: 'lines',
    ...outline,
    fill: 'toself',
    fillcolor: translucent(color, 0.3),
    line: { color, width: 0 },
    hoverinfo: 'skip',
  }));
}

/** Smallest and largest value; wider if all values are equal but for rounding errors. */
function extent(values: number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return areTooClose(least, most) ? widened(least, most) : [least, most];
}

/** Options of `histogram`. */
export interface HistogramOptions extends SeriesOptions {
  /** Number of bins of equal width, an integer in [1, 1000]; default 60. */
  bins?: number;
  /** Range covered by the bins; default: from the smallest to the largest finite value. */
  range?: readonly [number, number];
}

/**
 * Draws a histogram of a sample on the scale of a probability density, for comparison with an exact density.
 * Bars have the height count / (n · bin width), where n is the number of finite values: values outside
 * `range` count in n, values that are not finite (such as the log-norm −∞ of a zero output) do not.
 * @param sample any number of values, at least one of them finite
 * @param options `bins`, `range`, `name` and `color`
 * @throws TypeError or RangeError if an entry is not a number or no entry is finite, or naming the invalid
 *   option.
 * @example
 * histogram([0, 1, 1, 2], { bins: 2 }).name // undefined
 */
export function histogram(sample: Numbers, options: HistogramOptions = {}): Mark {
  requireNumbers('sample', sample);
  const { bins = 60 } = requireOptions('options', options, ['name', 'color', 'bins', 'range']);
  requireInteger('bins', bins, { atLeast: 1, atMost: 1000 });
  const finite: number[] = [];
  for (let i = 0; i < sample.length; i++) if (Number.isFinite(sample[i])) finite.push(sample[i]!);
  if (finite.length === 0)
    throw new RangeError(`sample must have a finite value; got none among ${sample.length}`);
  const [least, most] = options.range === undefined ? extent(finite) : requireRange('range', options.range);
  requireNumber('range[1]', most, { above: least });
  const width = requireNumber('width of a bin', (most - least) / bins, { atLeast: 1e-300 });
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
  return series(options, (color) => ({ ...trace, marker: { color, opacity: 0.35 } }));
}

/** Options of `heatmap`. */
export interface HeatmapOptions {
  /** Title of the colour bar. */
  title: string;
  /**
   * Midpoint of a diverging scale, blue below and orange above; default: a sequential scale from dark to
   * light.
   */
  center?: number;
  /** Values at the ends of the colour scale; default: the smallest and the largest value. */
  range?: readonly [number, number];
}

/**
 * Draws a heat map, for a quantity that depends on two parameters: the cell at (x[i], y[j]) shows `z[j][i]`.
 * Values that are not finite are left white.
 * @param x coordinates of the columns
 * @param y coordinates of the rows
 * @param z one row of values for each entry of `y`, each as long as `x`
 * @param options `title`, `center` and `range` of the colour scale
 * @throws TypeError or RangeError if the lengths differ, an entry is not a number or a coordinate is not finite.
 * @example
 * heatmap([1, 2, 3], [10, 20], [[0, 1, 2], [3, 4, 5]], { title: 'shift' }).name // undefined
 */
export function heatmap(x: Numbers, y: Numbers, z: readonly Numbers[], options: HeatmapOptions): Mark {
  requireArray('x', x, 'numbers');
  requireArray('y', y, 'numbers');
  requireLength('z', z, y.length, 'y');
  z.forEach((row, j) => {
    requireLength(`z[${j}]`, row, x.length, 'x');
  });
  for (const [name, places] of Object.entries({ x, y }))
    for (let i = 0; i < places.length; i++) requireNumber(`${name}[${i}]`, places[i]);
  const { title, center, range } = requireOptions('options', options, ['title', 'center', 'range']);
  requireText('title', title);
  const trace: JsonObject = {
    type: 'heatmap',
    x: roundedValues('x', x),
    y: roundedValues('y', y),
    z: z.map((row, j) => roundedValues(`z[${j}]`, row)),
    colorscale: center === undefined ? 'Viridis' : diverging,
    colorbar: {
      title: { text: escapeText(title), side: 'right' },
      thickness: 14,
      outlinewidth: 0,
      exponentformat: 'power',
    },
  };
  if (range !== undefined) {
    const [least, most] = requireRange('range', range);
    trace.zmin = least;
    trace.zmax = requireNumber('range[1]', most, { above: least });
  }
  if (center !== undefined) trace.zmid = requireNumber('center', center);
  return series({ color: 'grey' }, () => trace); // has its own colours: takes none from the palette
}

// blue and orange can be distinguished with any colour vision
const diverging = [
  [0, '#08488c'],
  [0.25, '#6ea6d2'],
  [0.5, '#f7f7f7'],
  [0.75, '#f0a35e'],
  [1, '#a84400'],
];

/** Options of `rule`: its position, label and colour. */
export type RuleOptions = ({ x: number } | { y: number }) & {
  /** Text at the end of the line. */
  label?: string;
  /** Default: grey. */
  color?: Color;
};

/**
 * Draws a dashed reference line across the whole chart, vertical at `x` or horizontal at `y`.
 * @param options `x` or `y`, `label` and `color`
 * @throws TypeError or RangeError if the position is not a finite number.
 * @example
 * rule({ y: 0, label: 'no effect' }).color // '#8b929b'
 */
export function rule(options: RuleOptions): Mark {
  const { label, color = 'grey' } = requireOptions('options', options, ['x', 'y', 'label', 'color']);
  const { x, y } = options as { x?: number; y?: number };
  if ((x === undefined) === (y === undefined))
    throw new TypeError(`a rule must have either x or y; got ${x === undefined ? 'neither' : 'both'}`);
  if (label !== undefined) requireText('label', label);
  const drawn = resolveColor(color);
  const place =
    x !== undefined
      ? { x0: requireNumber('x', x), x1: x, y0: 0, y1: 1, xref: 'x', yref: 'y domain' }
      : { y0: requireNumber('y', y), y1: y!, x0: 0, x1: 1, yref: 'y', xref: 'x domain' };
  const anchors =
    x !== undefined ? { xanchor: 'left', yanchor: 'top' } : { xanchor: 'right', yanchor: 'bottom' };
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
              text: escapeText(label),
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

/** Options of `label`. */
export interface LabelOptions {
  /** Default: black. */
  color?: Color;
  /** Position of the text relative to its point; default right. */
  side?: 'left' | 'right' | 'above' | 'below';
}

/**
 * Writes a short text next to the point (x, y), for naming a curve or a point directly.
 * @param x coordinate of the point
 * @param y coordinate of the point
 * @param text the label
 * @param options `color` and `side`
 * @throws TypeError or RangeError if x or y is not a finite number.
 * @example
 * label(64, 0.033, 'width 64').color // '#646b72'
 */
export function label(x: number, y: number, text: string, options: LabelOptions = {}): Mark {
  requireNumber('x', x);
  requireNumber('y', y);
  requireText('text', text);
  const { color = 'black', side = 'right' } = requireOptions('options', options, ['color', 'side']);
  requireOneOf('side', side, ['left', 'right', 'above', 'below']);
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
      marker: { size: 10, opacity: 0 }, // keeps a distance between text and point
      x: [x],
      y: [y],
      text: [escapeText(text)],
      textposition,
      textfont: { color: drawn },
      cliponaxis: false,
      hoverinfo: 'skip',
    }),
  };
}
