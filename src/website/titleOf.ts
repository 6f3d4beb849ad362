import type { Figure, JsonObject } from '../charts/figure';

/** The title of a chart, on one line. */
export function titleOf({ layout }: Figure): string {
  const { text } = (layout.title ?? {}) as JsonObject;
  return String(text ?? '').replace(/<br>/g, ' ');
}
