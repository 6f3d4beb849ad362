import * as path from 'node:path';
import { type Figure, type JsonObject, requireFigure } from '../charts/figure';
import { figureWidth } from '../charts/theme';
import { received, requireNumber, requireOneOf, requireOptions, requireText } from '../core/validation';
import type { Picture } from '../notebook/picture';
import { replaceFile } from '../platform/atomicFile';
import { cellSignal } from '../platform/cellSignal';
import { fontOptions, isOnThisMachine, lacking } from './fonts';
import { discardPage, plotlyPage } from './page';
import { keepPlotlyCode } from './plotlyCode';
import { encodePngWithPalette } from './png';
import { forResvg } from './resvg';

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

/** Rejects traces and images that need WebGL or the network, which are not available without a browser. */
function requireDrawable({ data, layout: { images } }: Figure): void {
  data.forEach(({ type = 'scatter' }, i) => {
    requireOneOf(`figure.data[${i}].type, to be drawn without a browser,`, type, drawable);
  });
  if (!Array.isArray(images)) return;
  images.forEach((image, i) => {
    const source = (image as JsonObject | null)?.source;
    if (source && !String(source).startsWith('data:'))
      throw new RangeError(
        `figure.layout.images[${i}].source, to be drawn without a browser, must be a data: URI; got ${received(source)}`,
      );
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

/** In px. */
interface Size {
  width: number;
  height: number;
}

function sizeOf({ layout }: Figure): Size {
  const limits = { atLeast: 10, atMost: 10_000 };
  return {
    width: requireNumber('figure.layout.width', layout.width ?? figureWidth, limits),
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
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces, an image that would have to be loaded,
 *   an invalid size, or none in which there is room for a plot.
 */
export function renderSvg(figure: Figure): Promise<string> {
  return queued(async () => {
    requireDrawable(figure);
    const page = plotlyPage();
    page.Math.random = names();
    const { data, layout } = JSON.parse(JSON.stringify(figure)) as Figure; // a copy, as Plotly changes what it draws
    const size = sizeOf(figure);
    const image = { format: 'svg', ...size, imageDataOnly: true };
    const drawing = page.Plotly.toImage({ data, layout, config: { staticPlot: true } }, image);
    const svg = await drawing.catch((error: Error) => {
      if (/axis scaling/.test(error.message)) throw withoutRoom(size, error);
      throw new RangeError(`figure cannot be drawn; Plotly says: ${error.message}`, { cause: error });
    });
    // titles are beyond the longest labels, and those of a plot without room at infinity
    if (/<text class="[xy]\d*title"[^>]*Infinity/.test(svg)) throw withoutRoom(size);
    keepPlotlyCode();
    return svg;
  });
}

function withoutRoom({ width, height }: Size, cause?: Error): RangeError {
  return new RangeError(
    `figure.layout must have room for the plot beside titles, labels and legend, and axes whose ends differ; got ${width} × ${height} px`,
    { cause },
  );
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
    await drawPng({ data: [trace], layout: { title: { text: 'a' }, xaxis: axis, yaxis: axis } });
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

/** What `renderPng` does where this package is installed. */
export async function drawPng(figure: Figure, options: { scale?: number } = {}): Promise<Picture> {
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

/** What `saveFigure` does where this package is installed. */
export async function drawFile(figure: Figure, file: string): Promise<void> {
  requireFigure('figure', figure);
  requireText('file', file);
  const kind = requireOneOf("file's ending", path.extname(file), ['.png', '.svg']);
  const content = kind === '.png' ? (await drawPng(figure, { scale: 3 })).png : await renderSvg(figure);
  replaceFile(file, content);
}
