import type { Figure, JsonObject } from '../charts/figure';
import { legendHeight } from '../charts/legend';
import { figureWidth } from '../charts/theme';

/** Below this width, in px, panels stand below each other. */
const narrow = 560;

/** The font of the pages. */
const family = 'system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

const panelHeight = 240;
/** Between two panels: the title of an axis and that of a panel. */
const panelGap = 96;

const object = (value: unknown) => (value ?? {}) as JsonObject;

/**
 * A figure as a page shows it: as wide as there is room, without its title, which stands above it as text, and
 * with room for the legend at this width. On a phone its panels stand below each other.
 * @param width the room for it in px
 */
export function fitted({ data, layout }: Figure, width: number): Figure {
  const { title, ...rest } = layout;
  const margin = object(rest.margin);
  const titleLines = String(object(title).text ?? '').split('<br>').length;
  const titleHeight = object(title).text ? 28 + 21 * titleLines - 32 : 0;
  const drawnAt = Number(rest.width ?? figureWidth);
  const moreLegend = Math.max(0, legendHeight(data, width) - legendHeight(data, drawnAt));
  const small = width < narrow;
  const plain: JsonObject = {
    ...rest,
    width,
    height: Number(rest.height ?? 430) - titleHeight + moreLegend,
    margin: {
      ...margin,
      t: Math.max(32, Number(margin.t ?? 32) - titleHeight),
      ...(small && { l: 4, r: 8 }),
    },
    font: { ...object(rest.font), family, ...(small && { size: 12 }) },
    hoverlabel: { ...object(rest.hoverlabel), font: { family } },
    legend: { ...object(rest.legend), maxheight: 400 },
    // a row of buttons would be cut off
    ...(small && rest.updatemenus && { updatemenus: dropdowns(rest.updatemenus as JsonObject[]) }),
  };
  const panels = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
  return { data, layout: small && panels.length > 1 ? stacked(plain, panels, moreLegend) : plain };
}

/**
 * A figure with one plot as `fitted` makes it, but drawn in half the time: its margins are fixed, and it has no
 * legend, which the page shows in its place.
 */
export function light(figure: Figure, width: number): Figure {
  const { data, layout } = fitted(figure, width);
  const fixed = (axis: string) => ({ ...object(layout[axis]), automargin: false });
  const margin = { l: 70, r: 16, t: 12, b: 58 };
  return {
    data,
    layout: {
      ...layout,
      margin,
      height: 340,
      showlegend: false,
      xaxis: fixed('xaxis'),
      yaxis: fixed('yaxis'),
    },
  };
}

const dropdowns = (menus: JsonObject[]) => menus.map((menu) => ({ ...menu, type: 'dropdown' }));

/** The layout with one panel per row. */
function stacked(layout: JsonObject, xaxes: readonly string[], moreLegend: number): JsonObject {
  const plots = xaxes.length * panelHeight + (xaxes.length - 1) * panelGap;
  const top = (i: number) => 1 - (i * (panelHeight + panelGap)) / plots;
  const axes = xaxes.flatMap((x, i) => {
    const y = x.replace('x', 'y');
    const bottom = Math.max(0, top(i) - panelHeight / plots);
    return [
      [x, { ...object(layout[x]), domain: [0, 1] }],
      [y, { ...object(layout[y]), domain: [bottom, top(i)] }],
    ];
  });
  // the first annotations are the titles of the panels, in their order
  const annotations = ((layout.annotations ?? []) as JsonObject[]).map((annotation, i) =>
    i < xaxes.length ? { ...annotation, x: 0, y: top(i) } : annotation,
  );
  const { t } = object(layout.margin);
  return {
    ...layout,
    ...(Object.fromEntries(axes) as JsonObject),
    annotations,
    height: plots + Number(t) + 60 + 76 + moreLegend,
  };
}
