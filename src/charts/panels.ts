import { received, requireObjects, requireOptions } from '../core/validation';
import { arrange } from './arrange';
import { type Figure, type JsonObject, requireFigure, titleOf } from './figure';
import { characterWidth, fontSize, wrapWithin } from './text';
import { figureWidth, headingOf } from './theme';

const panelTitleLength = Math.floor((0.42 * figureWidth) / (characterWidth.bold * fontSize.panelTitle));

/**
 * Combines charts into one figure, for comparing them side by side: two per row, each with its own title. A
 * series that is in several charts has one legend entry.
 * @param figures two or more charts made by `chart`
 * @param options `title`: a common title; default none
 * @throws RangeError if there are fewer than two charts, if a title does not fit on 6 lines of 33 characters,
 *   or if series of the same name have different colours.
 * @example
 * const up = chart({ title: 'Up', x: 'x', y: 'y', marks: [line([1, 2, 3], [1, 2, 3])] });
 * const down = chart({ title: 'Down', x: 'x', y: 'y', marks: [line([1, 2, 3], [3, 2, 1])] });
 * panels([up, down]).data.length // 2
 */
export function panels(figures: readonly Figure[], options: { title?: string } = {}): Figure {
  requireObjects('figures', figures, 'charts');
  figures.forEach((figure, i) => {
    requireFigure(`figures[${i}]`, figure);
  });
  if (figures.length < 2) throw new RangeError(`figures must have at least 2 charts; got ${figures.length}`);
  const { title = '' } = requireOptions('options', options, ['title']);
  if (typeof title !== 'string') throw new TypeError(`title must be a string; got ${received(title)}`);
  const titles = figures.map((figure, i) =>
    wrapWithin(`title of figures[${i}]`, titleOf(figure), panelTitleLength, 6),
  );
  requireSameColors(figures);
  return arrange(figures, titles, headingOf(title));
}

/** @throws RangeError if series of the same name have different colours. */
function requireSameColors(figures: readonly Figure[]): void {
  const colors = new Map<string, string>();
  for (const trace of figures.flatMap(({ data }) => data)) {
    if (typeof trace.name !== 'string') continue;
    const color = colorOf(trace);
    const known = colors.get(trace.name);
    if (known !== undefined && known !== color)
      throw new RangeError(
        `the series '${trace.name}' must have one color in all panels; got ${known} and ${color}`,
      );
    colors.set(trace.name, color);
  }
}

function colorOf({ line, marker }: JsonObject): string {
  const { color } = ((line ?? marker) as JsonObject | undefined) ?? {};
  return String(color);
}
