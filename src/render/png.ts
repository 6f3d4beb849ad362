import { crc32, deflateSync } from 'node:zlib';

/** An image with four bytes per pixel: red, green, blue, alpha. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(body.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** A PNG file (W3C Portable Network Graphics) with 8 bits per sample and unfiltered rows. */
function pngFile(
  { width, height }: { width: number; height: number },
  { colorType, bytesPerPixel, palette }: { colorType: number; bytesPerPixel: number; palette?: Buffer },
  data: Uint8Array | Uint8ClampedArray,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  const length = bytesPerPixel * width;
  const rows = Buffer.alloc(height * (1 + length)); // each row begins with its filter, 0
  for (let row = 0; row < height; row++)
    rows.set(data.subarray(row * length, (row + 1) * length), row * (1 + length) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The pixels as a PNG file, colour type RGBA. */
export function encodePng(pixels: Pixels): Buffer {
  return pngFile(pixels, { colorType: 6, bytesPerPixel: 4 }, pixels.data);
}

/** Largest share of pixels outside the 256 most frequent colours for which a palette is not visible. */
const MOST_OTHERS = 0.02;

/**
 * Encodes opaque pixels as a PNG file with a palette, a third of the size of RGBA. The 256 most frequent
 * colours are kept; the others, on the edges of letters and lines, are replaced by the nearest of these.
 * Undefined for images with too many colours, such as heat maps.
 */
export function encodePngWithPalette({ width, height, data }: Pixels): Buffer | undefined {
  const colors = new Uint32Array(width * height);
  const counts = new Map<number, number>();
  for (let i = 0; i < colors.length; i++) {
    const color = (data[4 * i]! << 16) | (data[4 * i + 1]! << 8) | data[4 * i + 2]!;
    colors[i] = color;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  const palette = byCount.slice(0, 256).map(([color]) => color);
  const others = byCount.slice(256);
  if (others.reduce((sum, [, count]) => sum + count, 0) > MOST_OTHERS * colors.length) return undefined;
  const indices = new Map(palette.map((color, index) => [color, index]));
  for (const [color] of others) indices.set(color, nearest(color, palette));
  return pngFile(
    { width, height },
    { colorType: 3, bytesPerPixel: 1, palette: Buffer.from(palette.flatMap(rgb)) },
    Uint8Array.from(colors, (color) => indices.get(color)!),
  );
}

function rgb(color: number): [number, number, number] {
  return [color >>> 16, (color >>> 8) & 255, color & 255];
}

/** The index of the nearest colour in the palette. */
function nearest(color: number, palette: readonly number[]): number {
  const [red, green, blue] = rgb(color);
  const distances = palette.map((other) => {
    const [r, g, b] = rgb(other);
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}
