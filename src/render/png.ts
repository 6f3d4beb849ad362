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
  format: { colorType: number; bytesPerPixel: number; palette?: Buffer; alphas?: Buffer },
  data: Uint8Array | Uint8ClampedArray,
): Buffer {
  const { colorType, bytesPerPixel, palette, alphas } = format;
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
    ...(alphas ? [chunk('tRNS', alphas)] : []),
    chunk('IDAT', deflateSync(rows, { level: 7 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The pixels as a PNG file, colour type RGBA. */
export function encodePng(pixels: Pixels): Buffer {
  return pngFile(pixels, { colorType: 6, bytesPerPixel: 4 }, pixels.data);
}

/** Largest share of pixels outside the 256 most frequent colours for which a palette is not visible. */
const MOST_OTHERS = 0.1;

/** Largest change of a channel by which an area, such as a step of a colour bar, does not look different. */
const MOST_CHANGE = 8;

/** The number of neighbouring pixels of one colour from which they are an area, not the edge of a letter or a line. */
const AREA = 10;

/**
 * Encodes pixels, whose colours are premultiplied by alpha, as a PNG file with a palette, a fourth of the size
 * of RGBA. The 256 most frequent colours are kept; the others, on the edges of letters and lines, are replaced
 * by the nearest of these. Undefined for images in which that would be visible, such as heat maps.
 */
export function encodePngWithPalette({ width, height, data }: Pixels): Buffer | undefined {
  const runs = runsOf({ width, height, data });
  const counts = new Map<number, number>();
  for (const { color, start, end } of runs) counts.set(color, (counts.get(color) ?? 0) + end - start);
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  const palette = byCount.slice(0, 256).map(([color]) => color);
  const others = byCount.slice(256);
  if (others.reduce((sum, [, count]) => sum + count, 0) > MOST_OTHERS * width * height) return undefined;
  const indices = new Map(palette.map((color, index) => [color, index]));
  for (const [color] of others) indices.set(color, nearest(color, palette));
  const pixels = new Uint8Array(width * height);
  for (const { color, start, end } of runs) {
    const index = indices.get(color)!;
    if (end - start >= AREA && change(color, palette[index]!) > MOST_CHANGE) return undefined;
    pixels.fill(index, start, end);
  }
  const straight = palette.map(unmultiplied);
  return pngFile(
    { width, height },
    {
      colorType: 3,
      bytesPerPixel: 1,
      palette: Buffer.from(straight.flatMap((color) => color.slice(0, 3))),
      alphas: Buffer.from(straight.map(([, , , alpha]) => alpha)),
    },
    pixels,
  );
}

/** Neighbouring pixels of one colour, read as a 32-bit number, from `start` to before `end`. */
interface Run {
  color: number;
  start: number;
  end: number;
}

function runsOf({ width, height, data }: Pixels): Run[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let i = 0; i < width * height; i++) {
    const color = view.getUint32(4 * i);
    if (run?.color === color) run.end = i + 1;
    else {
      run = { color, start: i, end: i + 1 };
      runs.push(run);
    }
  }
  return runs;
}

type Rgba = [red: number, green: number, blue: number, alpha: number];

function rgba(color: number): Rgba {
  return [color >>> 24, (color >>> 16) & 255, (color >>> 8) & 255, color & 255];
}

/** The colour as PNG stores it, not multiplied by its alpha. */
function unmultiplied(color: number): Rgba {
  const [red, green, blue, alpha] = rgba(color);
  const of = (channel: number) => (alpha === 0 ? 0 : Math.min(255, Math.round((255 * channel) / alpha)));
  return [of(red), of(green), of(blue), alpha];
}

/** The index of the nearest colour in the palette. */
function nearest(color: number, palette: readonly number[]): number {
  const [red, green, blue, alpha] = rgba(color);
  let found = 0;
  let least = Infinity;
  for (let i = 0; i < palette.length; i++) {
    const other = palette[i]!;
    const distance =
      ((other >>> 24) - red) ** 2 +
      (((other >>> 16) & 255) - green) ** 2 +
      (((other >>> 8) & 255) - blue) ** 2 +
      ((other & 255) - alpha) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}

/** The largest difference of the channels of two colours. */
function change(a: number, b: number): number {
  const other = rgba(b);
  return Math.max(...rgba(a).map((channel, i) => Math.abs(channel - other[i]!)));
}
