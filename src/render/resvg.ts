/** Beyond this distance from the picture, in px, resvg's whole numbers overflow. */
const farthest = 1e6;

const places = /\s(?:d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform)="[^"]*"/g;
const large = /-?\d[\d.]*e\+?\d+|-?\d{7,}(?:\.\d*)?/g;

const clipPath = /\sclip-path="[^"]*"/;
const opacity = /(?<=[\s";])opacity: ([\d.e-]+);? ?/;

/**
 * Adapts Plotly's SVG for resvg 2.6: without CSS that it does not support, and such that no place is too far
 * away and no layer lies outside the picture, at which it would end the process. It makes a layer for each
 * element with a clip path or an opacity; those get an unseen rectangle as large as the picture.
 */
export function forResvg(svg: string, { width, height }: { width: number; height: number }): string {
  const unseen = `<rect width="${width}" height="${height}" fill-opacity="0"/>`;
  return svg
    .replace(/image-rendering:[^;"]*;?/g, '')
    .replace(/<image /g, '<image image-rendering="optimizeSpeed" ')
    .replace(/url\('#([^']+)'\)/g, 'url(#$1)')
    .replace(places, (attribute) =>
      attribute.replace(large, (place) => String(Math.max(-farthest, Math.min(farthest, Number(place))))),
    )
    .replace(/<g\b[^>]*>/g, (tag) => {
      const layered = clipPath.test(tag) || (opacity.exec(tag)?.[1] ?? '1') !== '1';
      return layered && !tag.endsWith('/>') ? tag + unseen : tag;
    })
    .replace(/<(?:path|rect|circle|text)\b[^>]*>/g, (tag) =>
      withClipOutside(withOpacityInColors(tag), unseen),
    );
}

/** The element with its opacity multiplied into those of its fill and its stroke. */
function withOpacityInColors(tag: string): string {
  const found = opacity.exec(tag);
  if (!found) return tag;
  const folded = ['fill-opacity', 'stroke-opacity'].map((name) => {
    const own = new RegExp(`(?<=[\\s";])${name}: ([\\d.e-]+)`).exec(tag)?.[1] ?? '1';
    return `${name}: ${Number(own) * Number(found[1])};`;
  });
  // the last declaration of a property holds
  return tag.replace(opacity, '').replace(/(\sstyle="[^"]*)"/, `$1 ${folded.join(' ')}"`);
}

/** The element with its clip path, and the transform that the path shares, on a group around it. */
function withClipOutside(tag: string, unseen: string): string {
  const clip = clipPath.exec(tag)?.[0];
  if (clip === undefined || !tag.endsWith('/>')) return tag;
  const transform = /\stransform="[^"]*"/.exec(tag)?.[0] ?? '';
  return `<g${clip}${transform}>${unseen}${tag.replace(clip, '').replace(transform, '')}</g>`;
}
