import type { Figure, JsonObject } from './figure';
import { fontSize, textLines } from './text';
import { theme } from './theme';

const rowHeight = 360;

/**
 * Charts in one figure, two per row, under titles and a heading that fit. A series that is in several charts has one legend entry.
 */
export function arrange(figures: readonly Figure[], titles: readonly string[], heading: string): Figure {
  const rows = Math.ceil(figures.length / 2);
  const data: JsonObject[] = [];
  const shapes: JsonObject[] = [];
  const annotations: JsonObject[] = [];
  const axes: JsonObject = {};
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
      if (
        typeof trace.name === 'string' &&
        data.some(({ name, showlegend }) => showlegend && name === trace.name)
      )
        placed.showlegend = false;
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
  const plain = theme(heading, rows * rowHeight + (rows - 1) * moreLines + (heading === '' ? 0 : 40), data);
  const margin = plain.margin as JsonObject;
  margin.t = Number(margin.t) + 12 + first * 1.3 * fontSize.panelTitle;
  return { data, layout: { ...plain, ...axes, shapes, annotations } };
}
