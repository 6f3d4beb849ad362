import type { Figure, JsonObject } from '../../charts/figure';

/** What the pages call of Plotly. */
export interface Plotly {
  react(element: HTMLElement, figure: Figure & { config?: JsonObject }): Promise<unknown>;
}

let loading: Promise<Plotly> | undefined;

/** Loads Plotly at the first call. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL('plotly.js', import.meta.url).href;
    script.onload = () => resolve((globalThis as unknown as { Plotly: Plotly }).Plotly);
    script.onerror = () => reject(new Error('Plotly could not be loaded'));
    document.head.append(script);
  });
  return loading;
}
