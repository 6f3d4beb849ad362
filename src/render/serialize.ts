import { type Styled, styleOf } from './style';

/** The part of the DOM that `serialize` reads. */
export interface SvgElement extends Styled {
  readonly nodeType: number;
  readonly tagName: string;
  readonly childNodes: Iterable<SvgNode>;
  getAttributeNames(): string[];
}

type SvgNode = SvgElement | { readonly nodeType: 3; readonly data: string };

// what XML 1.0 does not allow, even escaped: controls but tab and line ends, halves of surrogate pairs and two
// non-characters
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Surrogate}\ufffe\uffff]/gu;

function escaped(text: string): string {
  return text.replace(forbidden, '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** The XML of an SVG element. */
export function serialize(element: SvgElement): string {
  let attributes = '';
  for (const name of element.getAttributeNames())
    if (name !== 'style')
      attributes += ` ${name}="${escaped(element.getAttribute(name)!).replace(/"/g, '&quot;')}"`;
  const style = styleOf(element).cssText;
  if (style !== '') attributes += ` style="${escaped(style).replace(/"/g, '&quot;')}"`;
  let content = '';
  for (const child of element.childNodes)
    if ('data' in child) content += escaped(child.data);
    else content += serialize(child);
  return content === ''
    ? `<${element.tagName}${attributes}/>`
    : `<${element.tagName}${attributes}>${content}</${element.tagName}>`;
}
