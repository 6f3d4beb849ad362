/** What `Style` needs of an element. */
export interface Styled {
  getAttribute(name: string): string | null;
}

/**
 * The inline style of an SVG element, in place of jsdom's, which parses every value of every element and took
 * most of the time of a drawing. Values are kept as they are; `serialize` writes them.
 */
export class Style {
  private readonly values = new Map<string, string>();
  private parsed: string | null = null;

  constructor(private readonly element: Styled) {
    this.parse();
  }

  /** Reads the attribute, if it was set since it was last read. */
  parse(): void {
    const text = this.element.getAttribute('style');
    if (text === this.parsed) return;
    this.parsed = text;
    this.values.clear();
    for (const declaration of (text ?? '').split(';')) {
      const colon = declaration.indexOf(':');
      if (colon > 0) this.values.set(declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim());
    }
  }

  setProperty(name: string, value: unknown): void {
    if (value === null || value === undefined || value === '') this.values.delete(name);
    else this.values.set(name, String(value));
  }

  getPropertyValue(name: string): string {
    return this.values.get(name) ?? '';
  }

  removeProperty(name: string): void {
    this.values.delete(name);
  }

  get cssText(): string {
    return [...this.values].map(([name, value]) => `${name}: ${value};`).join(' ');
  }

  /** A style of the same values for a copy of the element. */
  copyTo(element: Styled): Style {
    const copy = new Style(element);
    for (const [name, value] of this.values) copy.values.set(name, value);
    return copy;
  }
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** Makes `style.fontSize` mean `style.getPropertyValue('font-size')`. */
const byName: ProxyHandler<Style> = {
  get(style, name) {
    if (name in style) {
      const member = style[name as keyof Style] as unknown;
      return typeof member === 'function' ? member.bind(style) : member;
    }
    return style.getPropertyValue(kebab(String(name)));
  },
  set(style, name, value) {
    style.setProperty(kebab(String(name)), value);
    return true;
  },
};

const styles = new WeakMap<Styled, { style: Style; proxy: Style }>();

/** The style of an element, made at first use. */
export function styleOf(element: Styled): Style {
  const known = styles.get(element);
  if (!known) return adopt(element, new Style(element));
  known.style.parse();
  return known.proxy;
}

function adopt(element: Styled, style: Style): Style {
  const proxy = new Proxy(style, byName);
  styles.set(element, { style, proxy });
  return proxy;
}

interface StyledTree extends Styled {
  readonly childNodes: Iterable<object>;
}

/** Gives a copy of an element, and what is in it, the styles of the original. */
export function copyStyles(from: StyledTree, to: StyledTree): void {
  const known = styles.get(from);
  if (known) adopt(to, known.style.copyTo(to));
  const copies = [...to.childNodes];
  let i = 0;
  for (const child of from.childNodes) {
    const copy = copies[i++];
    if ('getAttribute' in child) copyStyles(child as StyledTree, copy as StyledTree);
  }
}
