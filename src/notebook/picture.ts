import type { Figure } from '../charts/figure';
import { companionAdvice, notebookModule } from '../platform/runtime';

/** A rendered figure. */
export interface Picture {
  /** The content of a PNG file. */
  png: Uint8Array;
  /** Size for display in px, independent of the scale. */
  width: number;
  height: number;
}

/** What draws pictures; it belongs to the package fracmoment-notebook. */
interface Renderer {
  drawPng(figure: Figure, options?: { scale?: number }): Promise<Picture>;
  drawFile(figure: Figure, file: string): Promise<void>;
  /** Loads what drawing needs. */
  warmUp(): Promise<void>;
}

/** What draws pictures; undefined without the package fracmoment-notebook, and in a browser. */
export function renderer(): Renderer | undefined {
  return notebookModule('render/render') as Renderer | undefined;
}

/** @throws Error that says what to install. */
function rendererFor(caller: string): Renderer {
  const found = renderer();
  if (found !== undefined) return found;
  throw new Error(`${caller} needs the package fracmoment-notebook: ${companionAdvice()}`);
}

/**
 * Renders a figure as PNG without a browser, for use in other programs; `saveFigure` writes it to a file. The
 * background is transparent, and all colours of `chart` can be seen on white and on dark pages. The font is
 * DejaVu Sans, with which the result is reproducible byte by byte; characters that it lacks, such as Chinese
 * ones, are drawn in a font of this machine, or named in a warning if none has them. The first call takes about
 * a second.
 * @param figure from `chart` or `panels`, or any Plotly figure whose traces do not need WebGL
 * @param options `scale`: pixels per px, in [0.1, 10]; default 2
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces or an invalid size, or if `scale` is
 *   out of range; Error without the package fracmoment-notebook.
 * @example
 * const parabola = chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] });
 * (await renderPng(parabola)).width // 680
 */
export async function renderPng(figure: Figure, options: { scale?: number } = {}): Promise<Picture> {
  return rendererFor('renderPng').drawPng(figure, options);
}

/**
 * Saves a figure as a PNG or SVG file, for papers and slides: `await saveFigure(figure, 'figure-1.png')`. An
 * existing file is replaced atomically.
 * @param figure a figure that `renderPng` accepts
 * @param file path ending in `.png` (three pixels per px, for print) or `.svg`
 * @throws RangeError for another file extension; the errors of `renderPng` and of the file system.
 * @example
 * const parabola = chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] });
 * await saveFigure(parabola, 'parabola.pdf').catch((error) => error.name) // 'RangeError'
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  await rendererFor('saveFigure').drawFile(figure, file);
}
