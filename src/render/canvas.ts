import { encodePng, type Pixels } from './png';

/** The four channels of a CSS colour as Plotly writes it: `rgb(…)` or `rgba(…)`. */
function channels(color: string): [number, number, number, number] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, Math.round(255 * alpha)];
}

/**
 * The part of a canvas that Plotly needs for heat maps: opaque rectangles and whole images, exported as PNG.
 */
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
