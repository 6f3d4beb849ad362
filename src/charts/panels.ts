import { received, requireObjects, requireOptions } from '../core/validation';
import { type Figure, type JsonObject, requireFigure, titleOf } from './figure';
import { characterWidth, fontSize, textLines, wrapWithin } from './text';
import { figureWidth, theme } from './theme';

const rowHeight = 360;
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
  const rows = Math.ceil(figures.length / 2);
  const data: JsonObject[] = [];
  const shapes: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  const axes: JsonObject = {};
  const colors = new Map<string, string>();
  const titles = figures.map((figure, i) =>
    wrapWithin(`title of figures[${i}]`, titleOf(figure), panelTitleLength, 6),
  );
  const lines = titles.map((text) => textLines(text).length);
  // between rows there is room for a title of three lines
  const moreLines = 1.3 * fontSize.panelTitle * Math.max(0, ...lines.slice(2).map((count) => count - 3));
  const gap = { x: 0.16, y: (0.46 + moreLines / rowHeight) / rows };
  figures.forEach((figure, i) => {
    const id = i === 0 ? '' : String(i + 1);
    const hasBar = figure.data.some((trace) => trace.type === 'heatmap');
    const column = i % 2;
    const row = Math.floor(i / 2);
    const left = column * (0.5 + gap.x / 2);
    const right = left + 0.5 - gap.x / 2 - (hasBar ? 0.1 : 0);
    const height = (1 - gap.y * (rows - 1)) / rows;
    const top = 1 - row * (height + gap.y);
    const bottom = Math.max(0, top - height);
    for (const trace of figure.data) {
      const placed: JsonObject = { ...trace, xaxis: `x${id}`, yaxis: `y${id}` };
      if (trace.type === 'heatmap')
        placed.colorbar = {
          ...(trace.colorbar as JsonObject),
          x: right + 0.005,
          len: height,
          y: (top + bottom) / 2,
        };
      if (typeof trace.name === 'string') {
        const color = colorOf(trace);
        const known = colors.get(trace.name);
        if (known !== undefined && known !== color)
          throw new RangeError(
            `the series '${trace.name}' must have one color in all panels; got ${known} and ${color}`,
          );
        colors.set(trace.name, color);
        if (data.some((earlier) => earlier.name === trace.name && earlier.showlegend))
          placed.showlegend = false;
      }
      data.push(placed);
    }
    for (const shape of (figure.layout.shapes ?? []) as JsonObject[])
      shapes.push({
        ...shape,
        xref: String(shape.xref).replace('x', `x${id}`),
        yref: String(shape.yref).replace('y', `y${id}`),
      });
    axes[`xaxis${id}`] = {
      ...(figure.layout.xaxis as JsonObject),
      domain: [left, right],
      anchor: `y${id}`,
    };
    axes[`yaxis${id}`] = {
      ...(figure.layout.yaxis as JsonObject),
      domain: [bottom, top],
      anchor: `x${id}`,
    };
    annotations.push({
      text: titles[i]!,
      x: left,
      xref: 'paper',
      xanchor: 'left',
      align: 'left',
      y: top,
      yref: 'paper',
      yanchor: 'bottom',
      yshift: 6,
      showarrow: false,
      font: { size: fontSize.panelTitle, weight: 700 },
    });
  });
  const first = Math.max(...lines.slice(0, 2));
  const plain = theme(title, rows * rowHeight + (rows - 1) * moreLines + (title === '' ? 0 : 40), data);
  const margin = plain.margin as JsonObject;
  margin.t = Number(margin.t) + 12 + first * 1.3 * fontSize.panelTitle;
  return { data, layout: { ...plain, ...axes, shapes, annotations } };
}

function colorOf({ line, marker }: JsonObject): string {
  const { color } = ((line ?? marker) as JsonObject | undefined) ?? {};
  return String(color);
}
