import { received, requireObjects, requireOptions, requireText } from '../core/validation';
import { type Axis, axisLayout, endBandsAtAxis, labelDecades, requirePlaces, widenAxis } from './axes';
import { assemble, drawMarks } from './drawing';
import type { Figure, JsonObject } from './figure';
import { wrapEntries } from './legend';
import type { Mark } from './marks';
import { figureWidth, headingOf } from './theme';
import { thin } from './thin';

/** Options of `chart`. */
export interface ChartOptions {
  /** The finding that the chart shows, rather than the names of its axes, on at most 6 lines of 55 characters. */
  title: string;
  x: Axis;
  y: Axis;
  /** Drawn in order, the first at the bottom. */
  marks: readonly Mark[];
}

/**
 * Builds a chart from marks, with the style shared by all charts of the project. Use `show` to display it,
 * `panels` to combine several, and `saveFigure` to write it to a file. The result is plain Plotly JSON.
 *
 * Named series get the colours of `palette` in order of appearance. Lines, bands and points of more than 5,000
 * points are thinned to what can be seen, and the chart says so. Without marks the chart has only axes, which
 * is a start for `showLive`.
 *
 * Texts may have the tags `<b>`, `<i>`, `<em>`, `<u>`, `<s>`, `<sub>`, `<sup>`, `<span>`, `<a>` and `<br>`, and
 * entities such as `&lt;`. Any other `<`, as in `s<1`, is drawn as written. Long titles and names are broken into lines.
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
  const drawn = drawMarks(marks);
  const { data } = drawn;
  const xaxis = axisLayout('x', x);
  const yaxis = axisLayout('y', y);
  requirePlaces(drawn, 'x', xaxis);
  requirePlaces(drawn, 'y', yaxis);
  endBandsAtAxis(data, yaxis);
  widenAxis(drawn, 'x', xaxis);
  widenAxis(drawn, 'y', yaxis);
  labelDecades(data, xaxis, 'x');
  labelDecades(data, yaxis, 'y');
  wrapEntries(data, figureWidth);
  const figure = assemble(headingOf(title), drawn, { xaxis, yaxis });
  const thinned = thin(data, xaxis, yaxis);
  if (thinned) addNote(xaxis, thinned);
  return figure;
}

/** Says below the title of the x axis how many points are drawn. */
function addNote(xaxis: JsonObject, { drawn, of }: { drawn: number; of: number }): void {
  const title = xaxis.title as JsonObject;
  const [few, all] = [drawn, of].map((count) => count.toLocaleString('en-US'));
  title.text = `${title.text}<br><span style="font-size: 11px">${few} of ${all} points drawn</span>`;
}
