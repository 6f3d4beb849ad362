import { received, requireInteger } from '../core/validation';

/**
 * The colours of the charts, by name. A chart assigns the first six to its series in this order: they can be
 * distinguished with any colour vision and have a contrast of at least 3:1 to a white and to a dark page, for
 * which charts are transparent. `grey` is for reference lines and other background elements. Blue, vermilion,
 * green and pink are from the palette of Okabe and Ito; brown and black, a dark grey, replace its colours that
 * are too light or too dark for lines.
 */
export const palette = Object.freeze({
  blue: '#0072b2',
  vermilion: '#d55e00',
  green: '#009e73',
  pink: '#cc79a7',
  brown: '#994c00',
  black: '#646b72',
  grey: '#8b929b',
} as const);

/** A colour by its name in `palette` or as `#rrggbb`. */
export type Color = keyof typeof palette | `#${string}`;

/** The order in which series get their colours. */
export const seriesColors: readonly string[] = Object.values(palette).slice(0, 6);

// blue through purple and pink to orange, the darkest and the lightest that are seen on dark and white pages
const ramp = ['#4456d6', '#8f52cc', '#c9558f', '#d9704a'];

/** `#rrggbb` as three numbers from 0 to 255. */
export function channels(hex: string): [red: number, green: number, blue: number] {
  const at = (i: number) => Number.parseInt(hex.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
}

/** The colour as `#rrggbb`. @throws RangeError if it is neither a name in `palette` nor `#rrggbb`. */
export function resolveColor(color: Color): string {
  if (typeof color === 'string') {
    if (Object.hasOwn(palette, color)) return palette[color as keyof typeof palette];
    if (/^#[0-9a-f]{6}$/i.test(color)) return color;
  }
  throw new RangeError(
    `color must be #rrggbb or one of ${Object.keys(palette).join(', ')}; got ${received(color)}`,
  );
}

/** The colour with the given opacity. */
export function translucent(color: string, alpha: number): string {
  return `rgba(${channels(color).join(', ')}, ${alpha})`;
}

/**
 * Returns colours from dark to light for an ordered family of curves, such as one curve per s.
 * @param count number of colours, an integer in [1, 1000]
 * @throws TypeError or RangeError if `count` is not such an integer.
 * @example
 * shades(2) // ['#4456d6', '#d9704a']
 */
export function shades(count: number): Color[] {
  requireInteger('count', count, { atLeast: 1, atMost: 1000 });
  return Array.from({ length: count }, (_, i): Color => {
    const place = count === 1 ? 0 : (i / (count - 1)) * (ramp.length - 1);
    const from = Math.min(Math.floor(place), ramp.length - 2);
    const end = channels(ramp[from + 1]!);
    const mixed = channels(ramp[from]!).map((c, k) => Math.round(c + (end[k]! - c) * (place - from)));
    return `#${mixed.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
  });
}
