import * as path from 'node:path';
import { type Figure, requireFigure } from '../charts/figure';
import { requireNumber, requireOneOf, requireOptions, requireText } from '../core/validation';
import { replaceFile } from '../platform/atomicFile';
import { cellSignal } from '../platform/cellSignal';
import { fontOptions, isOnThisMachine, lacking } from './fonts';
import { discardPage, plotlyPage } from './page';
import { keepPlotlyCode } from './plotlyCode';
import { encodePngWithPalette } from './png';
import { forResvg } from './resvg';

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

let last: Promise<void> = Promise.resolve();

/**
 * Draws one figure at a time, because all share one page. A drawing whose notebook cell is interrupted may have been
 * terminated amid its work: it is not waited for, and its page not used again.
 */
function queued<T>(draw: () => Promise<T>): Promise<T> {
  const signal = cellSignal();
  const mine = last.then(draw);
  last = new Promise((release) => {
    const abandon = () => {
      discardPage();
      release();
    };
    const end = () => {
      signal?.removeEventListener('abort', abandon);
      release();
    };
    signal?.addEventListener('abort', abandon);
    mine.then(end, end);
  });
  return mine;
}

function sizeOf({ layout }: Figure): { width: number; height: number } {
  const limits = { atLeast: 10, atMost: 10_000 };
  return {
    width: requireNumber('figure.layout.width', layout.width ?? 700, limits),
    height: requireNumber('figure.layout.height', layout.height ?? 450, limits),
  };
}

/** The most pixels of a picture, which takes four bytes for each. */
const mostPixels = 1e8;

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
    const image = { format: 'svg', ...sizeOf(figure), imageDataOnly: true };
    const drawing = page.Plotly.toImage({ data, layout, config: { staticPlot: true } }, image);
    const svg = await drawing.catch((error: Error) => {
      throw new RangeError(`figure cannot be drawn; Plotly says: ${error.message}`, { cause: error });
    });
    keepPlotlyCode();
    return svg;
  });
}

/** Loads what drawing needs and draws once, in steps between which other work can run. */
export async function warmUp(): Promise<void> {
  const pause = () => new Promise((resolve) => setImmediate(resolve));
  const axis = { title: { text: 'x' }, automargin: true };
  const trace = { x: [1, 2], y: [1, 2], name: 'a', showlegend: true };
  try {
    require('jsdom');
    await pause();
    plotlyPage();
    await pause();
    await renderPng({ data: [trace], layout: { title: { text: 'a' }, xaxis: axis, yaxis: axis } });
  } catch {
    // what is wrong is told by the first figure
  }
}

/**
 * Refuses a drawing with a place that is not finite, at which resvg would end the process.
 * @throws RangeError that shows the element.
 */
function requireFinite(svg: string): void {
  const element = svg.match(/<[^>]*[\s"'(,MLHVQCAS](?:NaN|[+-]?Infinity)[^>]*>/)?.[0];
  if (element !== undefined)
    throw new RangeError(
      'figure must have finite places only, on a logarithmic axis above 0; Plotly made of it ' +
        `${element.length > 120 ? `${element.slice(0, 120)}…` : element}`,
    );
}

/** Stands for a character that no font has. */
const replacement = '\ufffd';

/** The characters that a warning has named. */
const named = new Set<string>();

function nameMissing(signs: readonly string[]): void {
  if (signs.length === 0) return;
  for (const sign of signs) named.add(sign);
  const codes = signs.map((sign) => `${sign} (U+${sign.codePointAt(0)!.toString(16).toUpperCase()})`);
  process.emitWarning(
    `pictures show ${replacement} for ${codes.join(', ')}, which no font of this machine has; install one, such as ` +
      'Noto Sans CJK. SVG files and interactive charts are not affected.',
  );
}

/**
 * The drawing with the fonts that have its characters. Those that no font has are replaced by �, and a warning
 * of the process names them.
 */
function withFonts(svg: string): { svg: string; font: object } {
  const others = lacking(svg.replace(/<[^>]*>/g, ''));
  if (others.length === 0) return { svg, font: fontOptions() };
  const missing = others.filter((sign) => !isOnThisMachine(sign));
  if (missing.length === 0) return { svg, font: fontOptions({ system: true }) };
  nameMissing(missing.filter((sign) => !named.has(sign)));
  const signs = new Set(missing);
  const replaced = svg.replace(/>([^<]+)</g, (_, text: string) => {
    return `>${[...text].map((sign) => (signs.has(sign) ? replacement : sign)).join('')}<`;
  });
  return { svg: replaced, font: fontOptions({ system: missing.length < others.length }) };
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
  const pixels = Math.round(size.width * size.height * scale ** 2);
  if (pixels > mostPixels)
    throw new RangeError(`the picture must have at most ${mostPixels} pixels; got ${pixels}`);
  const drawing = await renderSvg(figure);
  requireFinite(drawing);
  const { svg, font } = withFonts(forResvg(drawing, size));
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const image = new Resvg(svg, { fitTo: { mode: 'zoom' as const, value: scale }, font }).render();
  const { width, height, pixels: data } = image;
  return { png: encodePngWithPalette({ width, height, data }) ?? image.asPng(), ...size };
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
