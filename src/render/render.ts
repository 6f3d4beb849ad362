import * as path from 'node:path';
import type { Figure } from '../charts/figure';
import { requireNumber, requireOneOf } from '../core/validation';
import { replaceFile } from '../platform/atomicFile';
import { fontOptions, typeset } from './fonts';
import { plotlyPage } from './page';
import { encodePngWithPalette } from './png';

/** A picture of a figure. */
export interface Picture {
  png: Uint8Array;
  /** In px at scale 1: how large it is meant to be shown. */
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

/** Refuses what needs WebGL or the network, which a page without a browser does not have. */
function requireDrawable({ data }: Figure): void {
  data.forEach(({ type = 'scatter' }, i) => {
    requireOneOf(`figure.data[${i}].type, to be drawn without a browser,`, type, drawable);
  });
}

let last: Promise<unknown> = Promise.resolve();

/** One drawing after the other, as all share one page. */
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

/** Numbers in [0, 1) from which Plotly makes up the names of a drawing's parts: always the same ones. */
function names(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // the generator of Numerical Recipes
    return state / 2 ** 32;
  };
}

/**
 * The figure as an SVG file, the same bytes each time; its fonts are named, not included.
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces, or no size.
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

/** The same drawing, without the CSS that resvg does not know, and with a font for every sign. */
function forResvg(svg: string): string {
  return svg
    .replace(/>([^<]+)</g, (_, text: string) => `>${typeset(text)}<`)
    .replace(/image-rendering:[^;"]*;?/g, '')
    .replace(/<image /g, '<image image-rendering="optimizeSpeed" ')
    .replace(/url\('#([^']+)'\)/g, 'url(#$1)');
}

/**
 * The figure as a PNG, drawn without a browser; the same bytes each time. The first one takes about two seconds.
 * @param figure from `chart` or `panels`, or any Plotly figure of traces that need no WebGL
 * @param options `scale`: pixels per px, in [0.1, 10]; default 2
 * @throws TypeError or RangeError if the figure has WebGL or 3-D traces or no size, or for a bad scale.
 * @example
 * const parabola = chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] });
 * (await renderPng(parabola)).width // 680
 */
export async function renderPng(figure: Figure, { scale = 2 }: { scale?: number } = {}): Promise<Picture> {
  requireNumber('scale', scale, { atLeast: 0.1, atMost: 10 });
  const size = sizeOf(figure);
  const svg = forResvg(await renderSvg(figure));
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const options = {
    fitTo: { mode: 'zoom' as const, value: scale },
    font: fontOptions(),
    background: '#ffffff',
  };
  const image = new Resvg(svg, options).render();
  const { width, height, pixels } = image;
  return { png: encodePngWithPalette({ width, height, data: pixels }) ?? image.asPng(), ...size };
}

/**
 * Writes a figure to a file, whole or not at all: `await saveFigure(figure, 'figure-1.png')`.
 * @param figure what `renderPng` draws
 * @param file ends in `.png` (three pixels per px, for print) or `.svg`
 * @throws RangeError for another ending, or what `renderPng` throws, or the file system's error.
 * @example
 * const parabola = chart({ title: 'A parabola', x: 'x', y: 'y', marks: [line([0, 1, 2], [0, 1, 4])] });
 * await saveFigure(parabola, 'parabola.pdf').catch((error) => error.name) // 'RangeError'
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  const kind = requireOneOf("file's ending", path.extname(file), ['.png', '.svg']);
  const content = kind === '.png' ? (await renderPng(figure, { scale: 3 })).png : await renderSvg(figure);
  replaceFile(file, content);
}
