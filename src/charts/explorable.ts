import { received } from '../validation';
import { type Figure, fontSize, type Json, type JsonObject } from './figure';

/** What a reader can move. */
export interface ExplorableOptions<T> {
  /** A slider: its name and stops, and the index of the stop it starts at (default 0). */
  slider: { name: string; values: readonly number[]; start?: number };
  /** A menu: each entry's text and what it stands for. The first is shown at first. */
  menu: Readonly<Record<string, T>>;
  /** The chart at a stop of the slider for an entry of the menu: always with the same series and fixed axes. */
  chartAt(value: number, entry: T): Figure;
}

/**
 * A chart with a slider and a menu. All its curves are part of the figure, so it can be played with in a saved
 * notebook, without a kernel; where nothing is interactive it shows the start.
 * @throws TypeError or RangeError if there is nothing to move, or if the charts have different numbers of series.
 * @example
 * const figure = explorable({
 *   slider: { name: 'slope', values: [1, 2] },
 *   menu: { up: 1, down: -1 },
 *   chartAt: (slope, sign) => chart({ title: 'Lines', x: 'x', y: { title: 'y', range: [-2, 2] },
 *     marks: [line([0, 1], [0, sign * slope])] }),
 * });
 * figure.data.length // 2
 */
export function explorable<T>({ slider, menu, chartAt }: ExplorableOptions<T>): Figure {
  const { name, values, start = 0 } = slider;
  const entries = Object.entries(menu);
  if (values.length < 2 || entries.length === 0)
    throw new RangeError(
      `slider.values must hold at least 2 values and menu 1 entry; got ${values.length} and ${entries.length}`,
    );
  if (values[start] === undefined)
    throw new RangeError(`slider.start must be an index of slider.values; got ${received(start)}`);
  const chartsAt = (value: number) => entries.map(([, entry]) => chartAt(value, entry));
  const first = chartsAt(values[start]);
  const seriesCount = first[0]!.data.length;
  const steps = values.map((value): JsonObject => {
    const data = chartsAt(value).flatMap((figure) => {
      if (figure.data.length !== seriesCount)
        throw new RangeError(
          `chartAt must always give the same number of series; got ${seriesCount} and ${figure.data.length}`,
        );
      return figure.data;
    });
    const coordinates = { x: data.map(({ x }) => x as Json), y: data.map(({ y }) => y as Json) };
    return { label: String(value), method: 'restyle', args: [coordinates, data.map((_, i) => i)] };
  });
  const buttons = entries.map(([label], chosen): JsonObject => {
    const visible = entries.flatMap((_, i) => Array<boolean>(seriesCount).fill(i === chosen));
    return { label, method: 'restyle', args: [{ visible }] };
  });
  const { layout } = first[0]!;
  const margin = layout.margin as JsonObject;
  const controlHeight = 90;
  return {
    data: first.flatMap((figure, i) => figure.data.map((trace) => ({ ...trace, visible: i === 0 }))),
    layout: {
      ...layout,
      height: Number(layout.height) + controlHeight,
      margin: { ...margin, b: Number(margin.b) + controlHeight },
      sliders: [
        {
          active: start,
          steps,
          currentvalue: { prefix: `${name} = `, font: { size: fontSize.text } },
          pad: { t: 60, b: 10 },
          len: 1,
        },
      ],
      updatemenus: [
        { buttons, x: 1, xanchor: 'right', y: 1, yanchor: 'bottom', pad: { b: 6 }, showactive: true },
      ],
    },
  };
}
