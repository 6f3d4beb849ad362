/** Widths of a TrueType font's characters, in units of the font size. */
export interface FontMetrics {
  /** The advance width of a character, 0 for a combining one; undefined where the font has no glyph. */
  advance(codePoint: number): number | undefined;
  /** What the distance between two neighbours is changed by. */
  kerning(left: number, right: number): number;
}

/** Reads the tables `cmap` (format 12), `hmtx` and `kern` (format 0) of the OpenType specification. */
export function readFont(font: Buffer): FontMetrics {
  const tables = new Map<string, number>();
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const at = 12 + 16 * i;
    tables.set(font.toString('latin1', at, at + 4), font.readUInt32BE(at + 8));
  }
  const table = (name: string) => {
    const at = tables.get(name);
    if (at === undefined) throw new Error(`the font has no table ${name}`);
    return at;
  };
  const unitsPerEm = font.readUInt16BE(table('head') + 18);
  const lastMetric = font.readUInt16BE(table('hhea') + 34) - 1;
  const hmtx = table('hmtx');
  const glyphs = readCharacterMap(font, table('cmap'));
  const kerns = readKerning(font, table('kern'));
  return {
    advance(codePoint) {
      const glyph = glyphs.get(codePoint);
      if (glyph === undefined) return undefined;
      return font.readUInt16BE(hmtx + 4 * Math.min(glyph, lastMetric)) / unitsPerEm;
    },
    kerning(left, right) {
      const [a, b] = [glyphs.get(left), glyphs.get(right)];
      return a === undefined || b === undefined ? 0 : (kerns.get((a << 16) | b) ?? 0) / unitsPerEm;
    },
  };
}

/** The glyph of each code point. */
function readCharacterMap(font: Buffer, cmap: number): Map<number, number> {
  const maps = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + 4 + 8 * i);
  const map = maps.map((at) => cmap + font.readUInt32BE(at + 4)).find((at) => font.readUInt16BE(at) === 12);
  if (map === undefined) throw new Error('the font has no character map of format 12');
  const glyphs = new Map<number, number>();
  for (let i = 0; i < font.readUInt32BE(map + 12); i++) {
    const segment = map + 16 + 12 * i;
    const [first, last] = [font.readUInt32BE(segment), font.readUInt32BE(segment + 4)];
    const glyph = font.readUInt32BE(segment + 8);
    for (let code = first; code <= last; code++) glyphs.set(code, glyph + code - first);
  }
  return glyphs;
}

/** The kerning of pairs of glyphs, in font units; the key is the left one · 2¹⁶ + the right one. */
function readKerning(font: Buffer, kern: number): Map<number, number> {
  const pairs = new Map<number, number>();
  const count = font.readUInt16BE(kern + 10);
  for (let i = 0; i < count; i++) {
    const at = kern + 18 + 6 * i;
    pairs.set(font.readInt32BE(at), font.readInt16BE(at + 4));
  }
  return pairs;
}
