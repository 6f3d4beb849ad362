import type { Figure, Json, JsonObject } from './figure';
import { fontSize } from './text';

function hasNumber(values: Json | undefined): boolean {
  return Array.isArray(values) && values.some((value) => typeof value === 'number' || hasNumber(value));
}

/** The axis without numbers, which would be Plotly's −1 to 6, unless it has a range. */
function empty(axis: JsonObject): JsonObject {
  return axis.range ? axis : { ...axis, range: [0, 1], showticklabels: false, ticks: '', minor: {} };
}

/** The figure; if it has no points yet, with a note in each plot of what it waits for. */
export function withWaitingNote(figure: Figure): Figure {
  if (figure.data.some(({ y, z }) => hasNumber(y) || hasNumber(z))) return figure;
  const layout = { ...figure.layout };
  const notes: JsonObject[] = [];
  for (const key of Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name))) {
    const axis = layout[key] as JsonObject;
    layout[key] = empty(axis);
    if (!key.startsWith('y')) continue;
    const id = key.replace('axis', '');
    notes.push({
      text: `Waiting for the first values of ${(axis.title as JsonObject).text}`,
      ...{ x: 0.5, xref: `${id.replace('y', 'x')} domain`, y: 0.5, yref: `${id} domain` },
      showarrow: false,
      font: { size: fontSize.text },
    });
  }
  return {
    ...figure,
    layout: { ...layout, annotations: [...((layout.annotations ?? []) as Json[]), ...notes] },
  };
}
