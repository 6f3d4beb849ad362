import {
  received,
  requireArray,
  requireFunction,
  requireInteger,
  requireNumber,
  requireObject,
  requireOptions,
  requireText,
} from '../core/validation';
import { formatNumber } from './axes';
import { type Figure, type Json, type JsonObject, type Numbers, requireFigure } from './figure';
import { escapeText, fontSize } from './text';
import { theme } from './theme';

/** Options of `explorable`: the controls, and the chart for each of their settings. */
export interface ExplorableOptions<T> {
  /** The slider: its name, at least 2 values, and the index of the initial value (default 0). */
  slider: { name: string; values: Numbers; start?: number };
  /**
   * The menu: a value for each label. The first entry is shown initially; with a single entry there is no
   * menu.
   */
  menu: Readonly<Record<string, T>>;
  /**
   * Returns the chart for a slider value and a menu entry. All charts must have the same layout, so axes need
   * ranges; along the slider, only the coordinates of the series and the text of labels may change.
   */
  chartAt(value: number, entry: T): Figure;
}

/** The properties of a series that the slider may change. */
const moving = ['x', 'y', 'text'] as const;

/**
 * Builds a chart with a slider and a menu, for exploring how curves depend on a parameter. All curves are
 * stored in the figure, so the controls work in a saved notebook without a kernel. A static picture shows the
 * initial setting.
 * @param options `slider`, `menu` and `chartAt`, which is called once for every combination of their values
 * @throws TypeError or RangeError naming the invalid argument, or if the charts differ in more than the
 *   slider may change.
 * @example
 * const figure = explorable({
 *   slider: { name: 'slope', values: [1, 2] },
 *   menu: { up: 1, down: -1 },
 *   chartAt: (slope, sign) => chart({ title: 'Lines', x: { title: 'x', range: [0, 1] },
 *     y: { title: 'y', range: [-2, 2] }, marks: [line([0, 1], [0, sign * slope])] }),
 * });
 * figure.data.length // 2
 */
export function explorable<T>(options: ExplorableOptions<T>): Figure {
  const { slider, menu, chartAt } = requireOptions('options', options, ['slider', 'menu', 'chartAt']);
  const { name, start = 0 } = requireOptions('slider', slider, ['name', 'values', 'start']);
  requireText('slider.name', name);
  requireArray('slider.values', slider.values, 'numbers');
  const values = Array.from(slider.values);
  requireObject('menu', menu, 'an object of entries by label');
  requireFunction('chartAt', chartAt);
  const entries = Object.entries(menu);
  if (values.length < 2)
    throw new RangeError(`slider.values must have at least 2 values; got ${received(values)}`);
  values.forEach((value, i) => {
    requireNumber(`slider.values[${i}]`, value);
  });
  if (entries.length === 0) throw new RangeError(`menu must have at least 1 entry; got ${received(menu)}`);
  requireInteger('slider.start', start, { atLeast: 0, atMost: values.length - 1 });

  const charts = values.map((value) => entries.map(([, entry]) => chartAt(value, entry)));
  for (const figure of charts.flat()) requireFigure('the result of chartAt', figure);
  const shown = charts[start]!;
  requireOneLook(charts, shown);
  const seriesAt = charts.map((figures) => figures.flatMap(({ data }) => data));
  const series = seriesAt[start]!;
  const owner = shown.flatMap(({ data }, entry) => data.map(() => entry));

  const changes = (i: number, key: string) => seriesAt.some((at) => !equal(at[i]![key], series[i]![key]));
  const indices = [...series.keys()].filter((i) => moving.some((key) => changes(i, key)));
  const keys = moving.filter((key) => indices.some((i) => changes(i, key)));
  const steps = values.map((value, stop): JsonObject => {
    const valuesOf = (key: string): Json => indices.map((i) => seriesAt[stop]![i]![key] ?? null);
    const restyled = Object.fromEntries(keys.map((key) => [key, valuesOf(key)]));
    return { label: formatNumber(value), method: 'restyle', args: [restyled, indices] };
  });
  const buttons = entries.map(([label], chosen): JsonObject => {
    return {
      label: escapeText(label),
      method: 'restyle',
      args: [{ visible: owner.map((entry) => entry === chosen) }],
    };
  });
  return {
    data: series.map((trace, i) => ({ ...trace, visible: owner[i] === 0 })),
    layout: withControls(shown[0]!.layout, {
      slider: {
        active: start,
        steps,
        currentvalue: { prefix: `${escapeText(name)} = `, font: { size: fontSize.text } },
      },
      buttons,
    }),
  };
}

/** @throws RangeError if the charts differ in more than `moving` along the slider, or in their layout. */
function requireOneLook(charts: readonly Figure[][], shown: readonly Figure[]): void {
  const look = ({ data }: Figure) =>
    data.map((trace) => ({ ...trace, ...Object.fromEntries(moving.map((key) => [key, null])) }));
  for (const figure of charts.flat())
    if (!equal(figure.layout, shown[0]!.layout))
      throw new RangeError(
        'chartAt must return charts with the same layout: the same titles, and a range for every axis',
      );
  for (const figures of charts)
    figures.forEach((figure, entry) => {
      if (!equal(look(figure), look(shown[entry]!)))
        throw new RangeError(
          'chartAt must return the same series at every slider value, with only coordinates and label texts changed',
        );
    });
}

function equal(a: Json | JsonObject[] | undefined, b: Json | JsonObject[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const menuHeight = 44;
const sliderHeight = 86;

// seen on white and on dark pages
const controlColors = { bgcolor: 'rgba(128, 128, 128, 0.15)', bordercolor: 'rgba(128, 128, 128, 0.5)' };

/** Enlarges the layout, with the menu between title and plot and the slider below the plot. */
function withControls(
  layout: JsonObject,
  { slider, buttons }: { slider: JsonObject; buttons: JsonObject[] },
): JsonObject {
  const title = layout.title as JsonObject;
  const margin = layout.margin as JsonObject;
  const oldHeight = Number(layout.height);
  const [above, below] = [buttons.length > 1 ? menuHeight : 0, sliderHeight];
  const height = oldHeight + above + below;
  const plain = theme(String(title.text), height, []);
  const panelTitles = Number(margin.t) - Number((plain.margin as JsonObject).t);
  const menu: JsonObject = {
    type: 'buttons',
    direction: 'right',
    buttons,
    x: 0,
    xanchor: 'left',
    y: 1,
    yanchor: 'bottom',
    pad: { b: panelTitles + 8 },
    ...controlColors,
    showactive: true,
  };
  return {
    ...layout,
    height,
    title: { ...title, y: 1 - ((1 - Number(title.y)) * oldHeight) / height },
    margin: { ...margin, t: Number(margin.t) + above, b: Number(margin.b) + below },
    sliders: [
      {
        ...slider,
        ...controlColors,
        tickcolor: controlColors.bordercolor,
        x: 0,
        len: 1,
        y: 0,
        yanchor: 'top',
        pad: { t: 62 },
      },
    ],
    ...(above > 0 && { updatemenus: [menu] }),
  };
}
