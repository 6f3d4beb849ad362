import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const sourceSans = () => path.dirname(require.resolve('@expo-google-fonts/source-sans-3/package.json'));
const dejavu = () => path.dirname(require.resolve('dejavu-fonts-ttf/package.json'));

const regular = () => path.join(sourceSans(), '400Regular', 'SourceSans3_400Regular.ttf');

/** The fonts of rendered charts: Source Sans 3, and DejaVu Sans for characters it lacks. */
export function fontOptions(): object {
  return {
    loadSystemFonts: false,
    fontFiles: [
      regular(),
      path.join(sourceSans(), '400Regular_Italic', 'SourceSans3_400Regular_Italic.ttf'),
      path.join(sourceSans(), '600SemiBold', 'SourceSans3_600SemiBold.ttf'),
      path.join(dejavu(), 'ttf', 'DejaVuSans.ttf'),
      path.join(dejavu(), 'ttf', 'DejaVuSans-Bold.ttf'),
    ],
    defaultFontFamily: 'Source Sans 3',
    sansSerifFamily: 'DejaVu Sans',
  };
}

/**
 * The code points covered by a TrueType font: the segments of its character map (OpenType cmap format 12).
 */
export function characterRanges(font: Buffer): [first: number, last: number][] {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + 16 * i);
  const cmap = font.readUInt32BE(tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap')! + 8);
  const maps = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + 4 + 8 * i);
  const map = maps.map((at) => cmap + font.readUInt32BE(at + 4)).find((at) => font.readUInt16BE(at) === 12)!;
  return Array.from({ length: font.readUInt32BE(map + 12) }, (_, i) => {
    const segment = map + 16 + 12 * i;
    return [font.readUInt32BE(segment), font.readUInt32BE(segment + 4)];
  });
}

let ranges: [number, number][] | undefined;

function isCovered(sign: string): boolean {
  ranges ??= characterRanges(readFileSync(regular()));
  const code = sign.codePointAt(0)!;
  return ranges.some(([first, last]) => code >= first && code <= last);
}

// a character that Source Sans 3 has and DejaVu Sans lacks, drawn too small to be seen
const guard = '<tspan font-size="0.01">\u275f</tspan>';

/**
 * Prepares text for resvg. A character that Source Sans 3 lacks, such as ∈, is set in DejaVu Sans and
 * followed by `guard`, because resvg sets the whole text in the fallback font if that font has all of its
 * characters. Greek letters are enclosed in invisible isolates (U+2066, U+2069), so that they are not shaped
 * as phonetic symbols (γ as ɣ).
 */
export function typeset(escapedText: string): string {
  return escapedText
    .replace(/[\u0370-\u03ff]+/g, '\u2066$&\u2069')
    .replace(/[^\0-\x7f\u2066\u2069]/gu, (sign) =>
      isCovered(sign) ? sign : `<tspan font-family="DejaVu Sans">${sign}</tspan>${guard}`,
    );
}

/** Extent of a line of Source Sans 3 above and below its baseline, in units of the font size. */
export const ascent = 1.024;
export const descent = 0.4;

/** The properties of a font that affect the width of a text. */
export interface FontFace {
  /** In px. */
  size: number;
  weight: string;
  style: string;
}

const escapeXml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const widths = new Map<string, number>();

/** Width in px of the bounding box of the text, drawn at size 100 between two bars. */
function inkWidth(text: string, { weight, style }: FontFace): number {
  const key = `${weight} ${style} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text xml:space="preserve" ` +
      `font-size="100" font-weight="${weight}" font-style="${style}">|${typeset(escapeXml(text))}|</text></svg>`;
    width = new Resvg(svg, { font: fontOptions() }).getBBox()!.width;
    widths.set(key, width);
  }
  return width;
}

/** Width of a text in px, including kerning and leading or trailing spaces, measured on its drawing. */
export function textWidth(text: string, face: FontFace): number {
  if (text === '') return 0;
  return ((inkWidth(text, face) - inkWidth('', face)) * face.size) / 100;
}
