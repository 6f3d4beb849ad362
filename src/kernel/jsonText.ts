// Changes values in a JSON text and leaves the rest of it byte for byte: numbers as written, escapes, order, indentation.
import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonRecord } from './wire';

/** How a text is laid out. */
interface Layout {
  lineEnd: string;
  /** For each level; undefined if the text is one line. */
  indent: string | undefined;
  colon: string;
  comma: string;
}

/** A part of a text. */
interface Span {
  start: number;
  end: number;
}

/** A member of an object, or an element of an array, which has no key. */
interface Item extends Span {
  key?: string;
  /** The key as it is written, with its quotes. */
  writtenKey?: string;
}

/**
 * Returns the JSON text with the least changes that make it hold `value`. What is equal stays as it is written; what is new
 * follows the layout of the text, with sorted keys and numbers as Python writes them.
 * @throws SyntaxError if the text is not JSON
 */
export function updateJson(text: string, value: unknown): string {
  JSON.parse(text); // what follows reads valid JSON only
  const layout = layoutOf(text);
  const start = skipSpace(text, 0);
  const end = valueEnd(text, start);
  return text.slice(0, start) + updated(text, { start, end }, value, layout, 0) + text.slice(end);
}

function updated(text: string, span: Span, value: unknown, layout: Layout, level: number): string {
  const written = text.slice(span.start, span.end);
  const present: unknown = JSON.parse(written);
  if (isDeepStrictEqual(present, value)) return written;
  if (isObject(present) && isObject(value)) return updatedObject(text, span, value, layout, level);
  if (Array.isArray(present) && Array.isArray(value))
    return updatedArray(text, span, present, value, layout, level);
  return formatJson(value, layout, level);
}

function updatedObject(text: string, span: Span, value: JsonRecord, layout: Layout, level: number): string {
  const wanted = new Map(sortedEntries(value));
  const items = itemsOf(text, span);
  const last = new Map(items.map((item) => [item.key!, item])); // of a key that is there twice, the last counts
  const kept = items.filter((item) => last.get(item.key!) === item && wanted.has(item.key!));
  const parts = kept.map((item) => updated(text, item, wanted.get(item.key!), layout, level + 1));
  if (kept.length === last.size && kept.length === wanted.size) return replaced(text, span, kept, parts);
  const members = kept.map(({ key, writtenKey }, i) => ({
    key: key!,
    text: writtenKey! + layout.colon + parts[i]!,
  }));
  for (const [key, item] of wanted) {
    if (last.has(key)) continue;
    const place = members.findIndex((member) => member.key > key);
    const member = { key, text: formatMember(key, item, layout, level) };
    members.splice(place < 0 ? members.length : place, 0, member);
  }
  return enclosed(
    '{}',
    members.map((member) => member.text),
    layout,
    level,
  );
}

function updatedArray(
  text: string,
  span: Span,
  present: unknown[],
  value: unknown[],
  layout: Layout,
  level: number,
): string {
  const items = itemsOf(text, span);
  if (present.length === value.length) {
    const parts = items.map((item, i) => updated(text, item, value[i], layout, level + 1));
    return replaced(text, span, items, parts);
  }
  // elements were added or removed between equal ones
  const shorter = Math.min(present.length, value.length);
  let before = 0;
  while (before < shorter && isDeepStrictEqual(present[before], value[before])) before++;
  let after = 0;
  while (after < shorter - before && isDeepStrictEqual(present.at(-1 - after), value.at(-1 - after))) after++;
  const written = items.map(({ start, end }) => text.slice(start, end));
  const fresh = value.slice(before, value.length - after).map((item) => formatJson(item, layout, level + 1));
  const parts = [...written.slice(0, before), ...fresh, ...written.slice(written.length - after)];
  return enclosed('[]', parts, layout, level);
}

/** The text of a span with other texts in place of its items. */
function replaced(text: string, span: Span, items: readonly Span[], parts: readonly string[]): string {
  let result = '';
  let from = span.start;
  items.forEach(({ start, end }, i) => {
    result += text.slice(from, start) + parts[i]!;
    from = end;
  });
  return result + text.slice(from, span.end);
}

function formatJson(value: unknown, layout: Layout, level: number): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return enclosed(
      '[]',
      value.map((item) => formatJson(item, layout, level + 1)),
      layout,
      level,
    );
  const members = sortedEntries(value as JsonRecord).map(([key, item]) =>
    formatMember(key, item, layout, level),
  );
  return enclosed('{}', members, layout, level);
}

function formatMember(key: string, value: unknown, layout: Layout, level: number): string {
  return JSON.stringify(key) + layout.colon + formatJson(value, layout, level + 1);
}

function sortedEntries(value: JsonRecord): [string, unknown][] {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function enclosed(brackets: '[]' | '{}', parts: readonly string[], layout: Layout, level: number): string {
  const { lineEnd, indent, comma } = layout;
  if (parts.length === 0) return brackets;
  const [open, close] = brackets;
  if (indent === undefined) return open + parts.join(comma) + close;
  const line = lineEnd + indent.repeat(level);
  return `${open}${line}${indent}${parts.join(`,${line}${indent}`)}${line}${close}`;
}

/** Formats a number as Python's json module does, so that saving in Jupyter does not change it. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1e-4) return JSON.stringify(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

/** The layout of a text, as the first member of its object shows it. */
function layoutOf(text: string): Layout {
  const [, before = '', , between = ''] = /^\s*\{(\s*)("(?:[^"\\]|\\.)*"\s*:(\s*))?/.exec(text) ?? [];
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    lineEnd: before.includes('\r\n') ? '\r\n' : '\n',
    indent: lineStart === 0 ? undefined : before.slice(lineStart),
    colon: `:${between}`,
    comma: `,${between}`,
  };
}

/** The members of an object or the elements of an array. */
function itemsOf(text: string, span: Span): Item[] {
  const items: Item[] = [];
  const isRecord = text[span.start] === '{';
  let position = skipSpace(text, span.start + 1);
  while (position < span.end - 1) {
    const item: Item = { start: position, end: 0 };
    if (isRecord) {
      item.writtenKey = text.slice(position, stringEnd(text, position));
      item.key = JSON.parse(item.writtenKey) as string;
      const colon = skipSpace(text, position + item.writtenKey.length);
      item.start = skipSpace(text, colon + 1);
    }
    item.end = valueEnd(text, item.start);
    items.push(item);
    position = skipSpace(text, item.end);
    if (text[position] === ',') position = skipSpace(text, position + 1);
  }
  return items;
}

function skipSpace(text: string, position: number): number {
  while (' \t\n\r'.includes(text[position] ?? 'none')) position++;
  return position;
}

/** Where the string that starts here ends. */
function stringEnd(text: string, start: number): number {
  for (let position = start + 1; ; position++)
    if (text[position] === '\\') position++;
    else if (text[position] === '"') return position + 1;
}

/** How deep the arrays and objects of a JSON text are nested. */
export function levelsOf(text: string): number {
  let deepest = 0;
  followBrackets(text, 0, (depth) => {
    deepest = Math.max(deepest, depth);
    return true;
  });
  return deepest;
}

/**
 * Goes through a text from bracket to bracket, leaving out strings, and tells each time how many are open. It goes on for
 * as long as that returns true, and returns where it ended.
 */
function followBrackets(text: string, start: number, visit: (depth: number) => boolean): number {
  let depth = 0;
  let position = start;
  while (position < text.length) {
    const character = text[position];
    if (character === '"') {
      position = stringEnd(text, position);
      continue;
    }
    position++;
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else continue;
    if (!visit(depth)) break;
  }
  return position;
}

const scalar = /[-+.\w]+/y;

/** Where the value that starts here ends. */
function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  if (text[start] !== '[' && text[start] !== '{') {
    scalar.lastIndex = start;
    scalar.test(text);
    return scalar.lastIndex;
  }
  return followBrackets(text, start, (depth) => depth > 0);
}
