import type { Figure, JsonObject } from '../charts/figure';
import { escapeHtml } from '../notebook/table';

/** The legend of a figure as items of a list, each with a line or a point in its colour. */
export function legendOf({ data }: Figure): string {
  const entries = data.filter(({ showlegend }) => showlegend === true);
  return entries
    .map(({ name, mode, line, marker }) => {
      const { color, dash } = ((mode === 'markers' ? marker : line) ?? {}) as JsonObject;
      const kind = mode === 'markers' ? 'point' : dash === 'solid' || dash === undefined ? 'line' : 'dashes';
      const text = escapeHtml(String(name).replaceAll('<br>', ' '));
      return `<li><span class="${kind}" style="color: ${String(color)}"></span>${text}</li>`;
    })
    .join('');
}
