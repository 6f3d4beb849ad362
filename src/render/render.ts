import * as path from 'node:path';
import { type Figure, requireFigure } from '../charts/figure';
import { requireNumber, requireOneOf, requireOptions, requireText } from '../core/validation';
import { replaceFile } from '../platform/atomicFile';
import { fontOptions, typeset } from './fonts';
import { plotlyPage } from './page';
import { encodePngWithPalette } from './png';

/** A rendered figure. */
export interface Picture {
  /** The content of a PNG file. */
  png: Uint8Array;
  /** Size for display in px, independent of the scale. */
  width: number;
  height: number;
}

const drawable = [
  'scatter',
  'bar',
  'box',
  'violin',
  'histogram',
  'histogram2d',
  'heatmap',
  'contour',
] as const;

/** Rejects traces that need WebGL or the network, which are not available without a browser. */
function requireDrawable({ data }: Figure): void {
  data.forEach(({ type = 'scatter' }, i) => {
    requireOneOf(`figure.data[${i}].type, to be drawn without a browser,`, type, drawable);
  });
}

let last: Promise<unknown> = Promise.resolve();

/** Draws one figure at a time, because all share one page. */
function queued<T>(draw: () => Promise<T>): Promise<T> {
  const mine = last.then(draw, draw);
  last = mine.catch(() => {});
  return mine;
}

function sizeOf({ layout }: Figure): { width: number; height: number } {
  return {
    width: requireNumber('figure.layout.width', layout.width ?? 700, { atLeast: 10 }),
    height: requireNumber('figure.layout.height', layout.height ?? 450, { atLeast: 10 }),
  };
}

/** A fixed sequence in [0, 1) in place of Math.random, from which Plotly derives element ids. */
function names(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // the generator of Numerical Recipes
    return state / 2 ** 32;
  };
}

/**
 * Renders a figure as SVG. The result is reproducible byte by byte; fonts are referenced by name, not
 * embedded.
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces or an invalid size.
 */
export function renderSvg(figure: Figure): Promise<string> {
  return queued(async () => {
    requireDrawable(figure);
    const page = plotlyPage();
    page.Math.random = names();
    const { data, layout } = JSON.parse(JSON.stringify(figure)) as Figure; // a copy, as Plotly changes what it draws
    return await page.Plotly.toImage(
      { data, layout, config: { staticPlot: true } },
      { format: 'svg', ...sizeOf(figure), imageDataOnly: true },
    );
  });
}

/** Adapts the SVG for resvg: without unsupported CSS, and with a font for every character. */
function forResvg(svg: string): string {
  return svg
    .replace(/>([^<]+)</g, (_, text: string) => `>${typeset(text)}<`)
    .replace(/image-rendering:[^;"]*;?/g, '')
    .replace(/<image /g, '<image image-rendering="optimizeSpeed" ')
    .replace(/url\('#([^']+)'\)/g, 'url(#$1)');
}

/**
 * Renders a figure as PNG without a browser, for use in other programs; `saveFigure` writes it to a file. The
 * result is reproducible byte by byte. The first call takes about two seconds.
 * @param figure from `chart` or `panels`, or any Plotly figure whose traces do not need WebGL
 * @param options `scale`: pixels per px, in [0.1, 10]; default 2
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces or an invalid size, or if `scale` is
 *   out of range.
 * @example
 * const parabola = chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] });
 * (await renderPng(parabola)).width // 680
 */
export async function renderPng(figure: Figure, options: { scale?: number } = {}): Promise<Picture> {
  requireFigure('figure', figure);
  const { scale = 2 } = requireOptions('options', options, ['scale']);
  requireNumber('scale', scale, { atLeast: 0.1, atMost: 10 });
  const size = sizeOf(figure);
  const svg = forResvg(await renderSvg(figure));
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const settings = {
    fitTo: { mode: 'zoom' as const, value: scale },
    font: fontOptions(),
    background: '#ffffff',
  };
  const image = new Resvg(svg, settings).render();
  const { width, height, pixels } = image;
  return { png: encodePngWithPalette({ width, height, data: pixels }) ?? image.asPng(), ...size };
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
  requireFigure('figure', figure);
  requireText('file', file);
  const kind = requireOneOf("file's ending", path.extname(file), ['.png', '.svg']);
  const content = kind === '.png' ? (await renderPng(figure, { scale: 3 })).png : await renderSvg(figure);
  replaceFile(file, content);
}
