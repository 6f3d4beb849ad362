import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type FontMetrics, readFont } from './trueType';

const dejavu = (file: string) =>
  path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf', file);

const files = {
  '': 'DejaVuSans.ttf',
  bold: 'DejaVuSans-Bold.ttf',
  italic: 'DejaVuSans-Oblique.ttf',
  'bold italic': 'DejaVuSans-BoldOblique.ttf',
};

/**
 * The fonts of rendered charts: DejaVu Sans alone, so that a picture is the same on every machine, or also
 * the fonts of this machine, for characters that DejaVu Sans lacks.
 */
export function fontOptions({ system = false } = {}): object {
  return {
    loadSystemFonts: system,
    fontFiles: Object.values(files).map(dejavu),
    defaultFontFamily: 'DejaVu Sans',
    sansSerifFamily: 'DejaVu Sans',
  };
}

/** The properties of a font that affect the width of a text. */
export interface FontFace {
  /** In px. */
  size: number;
  weight: string;
  style: string;
}

const fonts = new Map<keyof typeof files, FontMetrics>();

function metrics({ weight, style }: Omit<FontFace, 'size'>): FontMetrics {
  const bold = weight === 'bold' || Number(weight) >= 600;
  const italic = style === 'italic' || style === 'oblique';
  const name = bold ? (italic ? 'bold italic' : 'bold') : italic ? 'italic' : '';
  let font = fonts.get(name);
  if (!font) {
    font = readFont(readFileSync(dejavu(files[name])));
    fonts.set(name, font);
  }
  return font;
}

/** Extent of a line of DejaVu Sans above and below its baseline, in units of the font size. */
export const ascent = 0.928;
export const descent = 0.236;

/** Width of a text in px, with kerning. A character that the font lacks counts as a square, as CJK is set. */
export function textWidth(text: string, face: FontFace): number {
  const font = metrics(face);
  let width = 0;
  let before: number | undefined;
  for (const sign of text) {
    const code = sign.codePointAt(0)!;
    width += font.advance(code) ?? (isInvisible(sign) ? 0 : 1);
    if (before !== undefined) width += font.kerning(before, code);
    before = code;
  }
  return width * face.size;
}

/** Whether a character has no shape of its own: controls, joiners, marks of direction, variation selectors. */
function isInvisible(sign: string): boolean {
  return /^[\p{Cc}\p{Cf}\p{Variation_Selector}]$/u.test(sign);
}

/** The characters of a text, each once, that DejaVu Sans lacks. */
export function lacking(text: string): string[] {
  const { advance } = metrics({ weight: '400', style: 'normal' });
  return [...new Set(text)].filter(
    (sign) => advance(sign.codePointAt(0)!) === undefined && !isInvisible(sign),
  );
}

/** Whether a font of this machine has the character: it is drawn otherwise than one that no font has. */
export function isOnThisMachine(sign: string): boolean {
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const drawn = (text: string) =>
    new Resvg(`<svg xmlns="http://www.w3.org/2000/svg"><text y="9">${text}</text></svg>`, {
      font: fontOptions({ system: true }),
    }).toString();
  return drawn(sign) !== drawn('\u{10fffd}'); // the last character for private use
}
