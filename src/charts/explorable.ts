import { received, requireInteger, requireNumber } from '../core/validation';
import { theme } from './chart';
import { type Figure, fontSize, type Json, type JsonObject } from './figure';

/** What a reader can move. */
export interface ExplorableOptions<T> {
  /** A slider: its name, at least 2 stops, and the index of the stop it starts at (default 0). */
  slider: { name: string; values: readonly number[]; start?: number };
  /** A menu: each entry's text and what it stands for. The first is shown at first; a single one needs no menu. */
  menu: Readonly<Record<string, T>>;
  /**
   * The chart at a stop of the slider for an entry of the menu. All have one layout, so axes need ranges, and along the
   * slider only the series' coordinates and the texts of labels change.
   */
  chartAt(value: number, entry: T): Figure;
}

/** What the slider changes of a series. */
const moving = ['x', 'y', 'text'] as const;

/**
 * A chart with a slider and a menu. All its curves are part of the figure, so it can be played with in a saved
 * notebook, without a kernel; where nothing is interactive it shows the start.
 * @throws TypeError or RangeError if there is nothing to move, or if more changes than can be moved.
 * @example
 * const figure = explorable({
 *   slider: { name: 'slope', values: [1, 2] },
 *   menu: { up: 1, down: -1 },
 *   chartAt: (slope, sign) => chart({ title: 'Lines', x: { title: 'x', range: [0, 1] },
 *     y: { title: 'y', range: [-2, 2] }, marks: [line([0, 1], [0, sign * slope])] }),
 * });
 * figure.data.length // 2
 */
export function explorable<T>({ slider, menu, chartAt }: ExplorableOptions<T>): Figure {
  const { name, values, start = 0 } = slider;
  const entries = Object.entries(menu);
  if (values.length < 2) throw new RangeError(`slider.values must hold at least 2; got ${received(values)}`);
  values.forEach((value, i) => {
    requireNumber(`slider.values[${i}]`, value);
  });
  if (entries.length === 0) throw new RangeError(`menu must hold at least 1 entry; got ${received(menu)}`);
  requireInteger('slider.start', start, { atLeast: 0, atMost: values.length - 1 });

  const charts = values.map((value) => entries.map(([, entry]) => chartAt(value, entry)));
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
    return { label: String(value), method: 'restyle', args: [restyled, indices] };
  });
  const buttons = entries.map(([label], chosen): JsonObject => {
    return { label, method: 'restyle', args: [{ visible: owner.map((entry) => entry === chosen) }] };
  });
  return {
    data: series.map((trace, i) => ({ ...trace, visible: owner[i] === 0 })),
    layout: withControls(shown[0]!.layout, {
      slider: { active: start, steps, currentvalue: { prefix: `${name} = `, font: { size: fontSize.text } } },
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
        'chartAt must give all charts one layout: the same titles, and a range for every axis',
      );
  for (const figures of charts)
    figures.forEach((figure, entry) => {
      if (!equal(look(figure), look(shown[entry]!)))
        throw new RangeError(
          "chartAt must give the same series at every stop of the slider, with other coordinates and labels' texts alone",
        );
    });
}

function equal(a: Json | JsonObject[] | undefined, b: Json | JsonObject[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const menuHeight = 44;
const sliderHeight = 86;

/** The layout made higher, with the menu between its title and the plot and the slider below the plot. */
function withControls(
  layout: JsonObject,
  { slider, buttons }: { slider: JsonObject; buttons: JsonObject[] },
): JsonObject {
  const title = layout.title as JsonObject;
  const margin = layout.margin as JsonObject;
  const oldHeight = Number(layout.height);
  const [above, below] = [buttons.length > 1 ? menuHeight : 0, sliderHeight];
  const height = oldHeight + above + below;
  const plain = theme(String(title.text), Number(layout.width), height);
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
    bgcolor: '#ffffff',
    bordercolor: '#d0d7de',
    showactive: true,
  };
  return {
    ...layout,
    height,
    title: { ...title, y: 1 - ((1 - Number(title.y)) * oldHeight) / height },
    margin: { ...margin, t: Number(margin.t) + above, b: Number(margin.b) + below },
    sliders: [{ ...slider, x: 0, len: 1, y: 0, yanchor: 'top', pad: { t: 62 } }],
    ...(above > 0 && { updatemenus: [menu] }),
  };
}
