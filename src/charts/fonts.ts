import * as path from 'node:path';

const sourceSans = () => path.dirname(require.resolve('@expo-google-fonts/source-sans-3/package.json'));
const dejavu = () => path.dirname(require.resolve('dejavu-fonts-ttf/package.json'));

/** The fonts of the pictures: Source Sans 3, and DejaVu Sans for signs it lacks, such as ⁽ᵏ⁾. */
export function fontOptions(): object {
  return {
    loadSystemFonts: false,
    fontFiles: [
      path.join(sourceSans(), '400Regular', 'SourceSans3_400Regular.ttf'),
      path.join(sourceSans(), '400Regular_Italic', 'SourceSans3_400Regular_Italic.ttf'),
      path.join(sourceSans(), '600SemiBold', 'SourceSans3_600SemiBold.ttf'),
      path.join(dejavu(), 'ttf', 'DejaVuSans.ttf'),
    ],
    defaultFontFamily: 'Source Sans 3',
    sansSerifFamily: 'DejaVu Sans',
  };
}

/** How far a line of Source Sans 3 reaches above and below its baseline, in units of the font size. */
export const ascent = 1.024;
export const descent = 0.4;

/** What of a font changes the width of a text. */
export interface FontFace {
  /** In px. */
  size: number;
  weight: string;
  style: string;
}

const escapeXml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const widths = new Map<string, number>();

/** The width in px of a box around the drawn text, which stands between two bars. */
function inkWidth(text: string, { weight, style }: FontFace): number {
  const key = `${weight} ${style} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text xml:space="preserve" ` +
      `font-size="100" font-weight="${weight}" font-style="${style}">|${escapeXml(text)}|</text></svg>`;
    width = new Resvg(svg, { font: fontOptions() }).getBBox()!.width;
    widths.set(key, width);
  }
  return width;
}

/** How wide a text is when drawn, spaces at its ends and kerning included: measured on the drawing itself. */
export function textWidth(text: string, face: FontFace): number {
  if (text === '') return 0;
  return ((inkWidth(text, face) - inkWidth('', face)) * face.size) / 100;
}
