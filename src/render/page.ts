import { AsyncResource } from 'node:async_hooks';
import type { Context } from 'node:vm';
import { Canvas } from './canvas';
import { ascent, descent, textWidth } from './fonts';
import { definePlotly } from './plotlyCode';
import { type Selectable, select } from './select';
import { type SvgElement, serialize } from './serialize';
import { copyStyles, styleOf } from './style';

// The DOM types used here: the project is compiled without the DOM library.
interface PageNode {
  readonly nodeType: number;
  readonly textContent: string | null;
}

interface PageElement extends PageNode {
  readonly tagName: string;
  readonly parentNode: PageElement | null;
  readonly childNodes: Iterable<PageNode>;
  readonly style?: { getPropertyValue(name: string): string };
  getAttribute?(name: string): string | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

interface Prototype {
  new (): object;
  prototype: Record<string, unknown>;
}

/** A page with Plotly loaded. */
export interface PlotlyPage {
  Plotly: { toImage(figure: object, options: object): Promise<string> };
  Math: { random(): number };
}

interface Window extends PlotlyPage {
  SVGElement: Prototype;
  XMLSerializer: Prototype;
  Element: Prototype;
  getComputedStyle(element: { style: object }): object;
  HTMLCanvasElement: Prototype;
  Image: new () => object;
  URL: { createObjectURL?: () => string };
}

const initial = { 'font-size': '12', 'font-weight': '400', 'font-style': 'normal', 'text-anchor': 'start' };

/** A text property, inherited as in SVG. */
function inherited(element: PageElement | null, name: keyof typeof initial): string {
  const own = element?.style?.getPropertyValue(name) || element?.getAttribute?.(name);
  if (!element?.getAttribute) return initial[name];
  if (!own) return inherited(element.parentNode, name);
  if (name === 'font-size' && own.endsWith('%'))
    return String((Number.parseFloat(own) / 100) * Number.parseFloat(inherited(element.parentNode, name)));
  return own;
}

const attribute = (element: PageElement, name: string) =>
  Number.parseFloat(element.getAttribute?.(name) ?? '') || 0;

const isText = ({ tagName }: PageElement) => tagName === 'text' || tagName === 'tspan';

/** The width of one line of text, including superscripts and bold words. */
function lineWidth(element: PageElement): number {
  const face = {
    size: Number.parseFloat(inherited(element, 'font-size')),
    weight: inherited(element, 'font-weight'),
    style: inherited(element, 'font-style'),
  };
  let width = 0;
  for (const child of element.childNodes)
    width +=
      child.nodeType === 3 ? textWidth(child.textContent ?? '', face) : lineWidth(child as PageElement);
  return width;
}

/** The bounding box of a text of one or more lines, before any transform. */
function textBox(element: PageElement): Rectangle {
  const size = Number.parseFloat(inherited(element, 'font-size'));
  const lines = [...element.querySelectorAll('tspan.line')];
  const widths = (lines.length > 0 ? lines : [element]).map(lineWidth);
  const width = Math.max(...widths);
  const shift = { start: 0, middle: 0.5, end: 1 }[inherited(element, 'text-anchor')] ?? 0;
  return {
    x: attribute(element, 'x') - shift * width,
    y: attribute(element, 'y') - ascent * size,
    width,
    height: (ascent + descent) * size + (widths.length - 1) * 1.3 * size, // Plotly's line height is 1.3
  };
}

/** Applies the element's `transform` to a point; Plotly uses only translations and rotations for texts. */
function transformed(element: PageElement, point: Point): Point {
  const steps = [...(element.getAttribute?.('transform') ?? '').matchAll(/(translate|rotate)\(([^)]*)\)/g)];
  return steps.reduceRight(({ x, y }, [, kind, list]) => {
    const [a = 0, b = 0, c = 0] = list!.split(/[ ,]+/).map(Number);
    if (kind === 'translate') return { x: x + a, y: y + b };
    const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
    return { x: b + (x - b) * cos - (y - c) * sin, y: c + (x - b) * sin + (y - c) * cos };
  }, point);
}

/** The bounding box of the texts in an element, in its own coordinates or those of its ancestor `to`. */
function box(element: PageElement, to: PageElement | null = element): Rectangle {
  const texts = isText(element) ? [element] : [...element.querySelectorAll('text')];
  const points = texts.flatMap((text) => {
    const { x, y, width, height } = textBox(text);
    let found: Point[] = [0, 1, 2, 3].map((i) => ({ x: x + (i & 1) * width, y: y + (i >> 1) * height }));
    for (let inside: PageElement | null = text; inside && inside !== to; inside = inside.parentNode) {
      const from = inside;
      found = found.map((point) => transformed(from, point));
    }
    return found;
  });
  if (points.length === 0)
    return { x: 0, y: 0, width: attribute(element, 'width'), height: attribute(element, 'height') };
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Number of arguments of each SVG path command; the last two (or the last one) are its end point. */
const commandLength: Record<string, number> = { M: 2, L: 2, H: 1, V: 1, T: 2, Q: 4, S: 4, C: 6 };

/** The end points of the segments of a path. */
function corners(path: string): Point[] {
  const found: Point[] = [];
  let [x, y] = [0, 0];
  for (const [, command, list] of path.matchAll(/([MLHVTQSC])([^A-Za-z]*)/g)) {
    const length = commandLength[command!]!;
    const numbers = (list!.match(/-?[\d.]+(?:e[-+]?\d+)?/g) ?? []).map(Number);
    for (let end = length; end <= numbers.length; end += length) {
      if (command !== 'V') x = numbers[length === 1 ? end - 1 : end - 2]!;
      if (command !== 'H') y = numbers[end - 1]!;
      found.push({ x, y });
    }
  }
  return found;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

function pathLength(points: Point[]): number {
  return points.reduce((sum, point, i) => sum + (i > 0 ? distance(points[i - 1]!, point) : 0), 0);
}

function pointAt(points: Point[], length: number): Point {
  let left = length;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const step = distance(from, to);
    if (left <= step && step > 0)
      return { x: from.x + ((to.x - from.x) * left) / step, y: from.y + ((to.y - from.y) * left) / step };
    left -= step;
  }
  return points.at(-1) ?? { x: 0, y: 0 };
}

/** Adds the geometry methods that Plotly needs: jsdom does not compute a layout. */
function addGeometry(window: Window): void {
  Object.assign(window.SVGElement.prototype, {
    getBoundingClientRect(this: PageElement): Rectangle {
      const { x, y, width, height } = box(this, null);
      const sides = { left: x, right: x + width, top: y, bottom: y + height };
      return Object.assign(sides, { x, y, width, height });
    },
    getBBox(this: PageElement): Rectangle {
      return box(this);
    },
    getComputedTextLength(this: PageElement): number {
      return lineWidth(this);
    },
    getTotalLength(this: PageElement): number {
      return pathLength(corners(this.getAttribute?.('d') ?? ''));
    },
    getPointAtLength(this: PageElement, length: number): Point {
      return pointAt(corners(this.getAttribute?.('d') ?? ''), length);
    },
  });
}

/** Replaces jsdom's styles of SVG elements and the serializer, which would not see ours. */
function addStyles(window: Window): void {
  Object.defineProperty(window.SVGElement.prototype, 'style', {
    get(this: SvgElement): object {
      return styleOf(this);
    },
  });
  const { cloneNode } = window.Element.prototype as unknown as { cloneNode(deep?: boolean): SvgElement };
  window.Element.prototype.cloneNode = function (this: SvgElement, deep?: boolean): SvgElement {
    const copy = cloneNode.call(this, deep);
    copyStyles(this, copy);
    return copy;
  };
  window.XMLSerializer.prototype.serializeToString = serialize;
  window.getComputedStyle = ({ style }) => style; // there are no style sheets that matter to a drawing
}

/** Finds elements by tag and class with less effort than jsdom, which took a third of the time of a drawing. */
function addSelectors(window: Window): void {
  const { prototype } = window.Element;
  const { querySelector, querySelectorAll } = prototype as Record<string, (selector: string) => unknown>;
  Object.assign(prototype, {
    querySelector(this: Selectable, selector: string): unknown {
      const found = select(this, selector, 1);
      return found ? (found[0] ?? null) : querySelector!.call(this, selector);
    },
    querySelectorAll(this: Selectable, selector: string): unknown {
      return select(this, selector, Infinity) ?? querySelectorAll!.call(this, selector);
    },
  });
}

function addCanvas(window: Window): void {
  const canvases = new WeakMap<object, Canvas>();
  const contextOf = (element: { width: number; height: number }) => {
    const context = canvases.get(element) ?? new Canvas(element.width, element.height);
    canvases.set(element, context);
    return context;
  };
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: { width: number; height: number }, kind: string): Canvas | null {
      return kind === '2d' ? contextOf(this) : null;
    },
    toDataURL(this: { width: number; height: number }): string {
      return contextOf(this).toDataURL();
    },
  });
}

/** Refuses to load: jsdom loads no images, and Plotly would wait for them for ever. */
class UnloadedImage {
  constructor() {
    throw new RangeError('an image must be a data: URI to be drawn without a browser');
  }
}

let page: PlotlyPage | undefined;

/** Has the next drawing begin with a new page. */
export function discardPage(): void {
  page = undefined;
}

/** The page, created at first use, which takes about a second. */
export function plotlyPage(): PlotlyPage {
  page ??= createPage();
  return page;
}

/** The page lasts longer than the notebook cell that draws first: its timers belong to no cell. */
const createPage = AsyncResource.bind((): PlotlyPage => {
  const { JSDOM, VirtualConsole } = require('jsdom') as {
    JSDOM: new (html: string, options: object) => { window: Window; getInternalVMContext(): Context };
    VirtualConsole: new () => object;
  };
  const dom = new JSDOM('<body></body>', {
    runScripts: 'outside-only',
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(), // which nobody reads
  });
  const { window } = dom;
  window.URL.createObjectURL = () => 'blob:none';
  window.Image = UnloadedImage;
  addGeometry(window);
  addStyles(window);
  addSelectors(window);
  addCanvas(window);
  definePlotly(dom.getInternalVMContext());
  return window;
});
