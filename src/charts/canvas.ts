import { crc32, deflateSync } from 'node:zlib';

/** Pixels as red, green, blue, alpha. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(body.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** The pixels as a PNG file (W3C Portable Network Graphics: 8-bit RGBA, rows unfiltered). */
export function encodePng({ width, height, data }: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8); // bits a channel, colour type RGBA
  const rows = Buffer.alloc(height * (1 + 4 * width)); // each row begins with its filter, 0
  for (let row = 0; row < height; row++)
    rows.set(data.subarray(row * 4 * width, (row + 1) * 4 * width), row * (1 + 4 * width) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The four channels of a CSS colour as Plotly writes it: `rgb(…)` or `rgba(…)`. */
function channels(color: string): [number, number, number, number] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, Math.round(255 * alpha)];
}

/** As much of a canvas as Plotly needs for heat maps: opaque rectangles and whole images, read back as a PNG. */
export class Canvas {
  fillStyle = 'rgb(0, 0, 0)';
  private pixels: Pixels;

  constructor(width: number, height: number) {
    this.pixels = this.createImageData(width, height);
  }

  createImageData(width: number, height: number): Pixels {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }

  putImageData(image: Pixels): void {
    this.pixels = image;
  }

  fillRect(left: number, top: number, width: number, height: number): void {
    const color = channels(this.fillStyle);
    for (let y = Math.max(0, top); y < Math.min(this.pixels.height, top + height); y++)
      for (let x = Math.max(0, left); x < Math.min(this.pixels.width, left + width); x++)
        this.pixels.data.set(color, 4 * (y * this.pixels.width + x));
  }

  toDataURL(): string {
    return `data:image/png;base64,${encodePng(this.pixels).toString('base64')}`;
  }
}
