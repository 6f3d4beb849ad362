import { stripVTControlCharacters } from 'node:util';
import { alternativeText } from '../charts/describe';
import { type Figure, type JsonObject, titleOf } from '../charts/figure';
import type { Output } from '../kernel/notebook';
import { plotlyMimeType } from '../notebook/show';
import { escapeHtml } from '../notebook/table';
import { scrolling } from './markdown';

/** A chart among the outputs of a notebook. */
export interface Chart {
  figure: Figure & { config?: JsonObject };
  /** The committed picture. */
  png: Buffer;
}

const textOf = (value: unknown) => [value].flat().join('');

/** The chart that an output is, if it is one. */
export function chartOf({ data }: Output): Chart | undefined {
  const figure = data?.[plotlyMimeType] as Chart['figure'] | undefined;
  if (figure === undefined) return undefined;
  return { figure, png: Buffer.from(textOf(data!['image/png']), 'base64') };
}

/** The width and height that the header of a PNG states. */
export function sizeOf(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/**
 * A chart as HTML: its picture, which the page replaces by the interactive chart when it is scrolled to.
 * @param address of its files, without their endings
 */
export function chartHtml({ figure, png }: Chart, address: string): string {
  const alt = escapeHtml(alternativeText(figure));
  const { width, height } = sizeOf(png);
  return `<figure class="chart" data-chart="${address}.json">
<figcaption>${titleOf(figure)}</figcaption>
<div class="plot" role="img" aria-label="${alt}">
<img src="${address}.png" alt="${alt}" width="${width}" height="${height}" loading="lazy">
</div>
</figure>`;
}

const header = /<th style="text-align: left">/g;

/** A table or another output in HTML. */
function richHtml(html: string): string {
  return html
    .replaceAll('<table>', `${scrolling('Table of results')}<table>`)
    .replaceAll('</table>', '</table></div>')
    .replace(header, '<th scope="col">')
    .replaceAll(' style="text-align: left"', '');
}

/** An output that is not a chart, in the richest format that a page shows. */
export function outputHtml({ output_type, text, data, traceback }: Output): string {
  const plain = (content: string, kind = '') =>
    `<pre class="output${kind}" tabindex="0">${escapeHtml(content.replace(/\n$/, ''))}</pre>`;
  if (output_type === 'stream') return plain(textOf(text));
  if (output_type === 'error') return plain(stripVTControlCharacters(traceback?.join('\n') ?? ''), ' error');
  if (data?.['text/html'] !== undefined)
    return `<div class="output">${richHtml(textOf(data['text/html']))}</div>`;
  return plain(textOf(data?.['text/plain']));
}
