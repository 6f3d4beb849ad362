// What a front-end asks about code while it is written: completion, documentation, whether it is complete.
import type { CellRunner } from './cellRunner';
import { readNumber, readString } from './content';
import type { JsonRecord } from './wire';

/** A cell that asks for documentation: a name with a question mark, as in IPython. */
export const QUESTION = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\?\s*$/u;

type QuickInfo = NonNullable<ReturnType<CellRunner['inspect']>>;
type Parts = readonly { text: string }[] | undefined;

// Jupyter counts characters (code points), JavaScript UTF-16 units.
function unitsBefore(code: string, characters: number): number {
  return [...code].slice(0, characters).join('').length;
}
function charactersBefore(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}

export function isComplete(runner: CellRunner, content: JsonRecord): JsonRecord {
  return { ...runner.isComplete(readString(content, 'code')) };
}

export function complete(runner: CellRunner, content: JsonRecord): JsonRecord {
  const code = readString(content, 'code');
  const cursor = unitsBefore(code, readNumber(content, 'cursor_pos', [...code].length));
  const { start, end, entries } = runner.complete(code, cursor);
  const range = { start: charactersBefore(code, start), end: charactersBefore(code, end) };
  return {
    status: 'ok',
    matches: entries.map(({ text }) => text),
    cursor_start: range.start,
    cursor_end: range.end,
    metadata: {
      _jupyter_types_experimental: entries.map(({ text, kind, note }) => ({
        text,
        type: kind,
        ...(note && { signature: note }),
        ...range,
      })),
    },
  };
}

function join(parts: Parts): string {
  return (parts ?? [])
    .map((part) => part.text)
    .join('')
    .replace(/\{@link(?:code|plain)? ([^}]*?) *\}/g, '$1');
}

/** A declaration and its doc comment, in parts that both formats lay out. */
interface Documentation {
  signature: string;
  text: string;
  parameters: { name: string; text: string }[];
  /** Returns, Throws, Example and the like; code where `isCode`. */
  sections: { title: string; text: string; isCode: boolean }[];
}

function documentation({ displayParts, documentation: text, tags = [] }: QuickInfo): Documentation {
  const parameters: Documentation['parameters'] = [];
  const sections: Documentation['sections'] = [];
  for (const tag of tags) {
    const content = join(tag.text).trim();
    if (tag.name === 'param') {
      const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(content) ?? [];
      parameters.push({ name, text: rest.replace(/^- /, '') });
    } else if (content !== '') {
      const title = tag.name.charAt(0).toUpperCase() + tag.name.slice(1);
      sections.push({ title, text: content, isCode: tag.name === 'example' && !content.startsWith('```') });
    }
  }
  const signature = join(displayParts)
    .replace(/^\(alias\) /, '')
    .replace(/\n(?:import|export) .*$/, '');
  return { signature, text: join(text), parameters, sections };
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function asText({ signature, text, parameters, sections }: Documentation): string {
  const width = Math.max(0, ...parameters.map(({ name }) => name.length));
  const list = parameters.map((parameter) => `${parameter.name.padEnd(width)}  ${parameter.text}`).join('\n');
  return [
    signature,
    text,
    list && `Parameters\n${indented(list)}`,
    ...sections.map((section) => `${section.title}\n${indented(section.text)}`),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function asMarkdown({ signature, text, parameters, sections }: Documentation): string {
  const block = (code: string) => `\`\`\`typescript\n${code}\n\`\`\``;
  const list = parameters.map((parameter) => `- \`${parameter.name}\`: ${parameter.text}`).join('\n');
  return [
    block(signature),
    text,
    list && `**Parameters**\n\n${list}`,
    ...sections.map(({ title, text: body, isCode }) => `**${title}**\n\n${isCode ? block(body) : body}`),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Where the called function's name ends, if the cursor is among the arguments of a call. */
function calleeBefore(code: string, cursor: number): number | undefined {
  let open = 0;
  for (let i = cursor - 1; i >= 0; i--) {
    if (code[i] === ')') open++;
    else if (code[i] === '(' && open-- === 0) return i - 1;
  }
  return undefined;
}

/** The declaration of what the cursor is at, or else of the function among whose arguments it is. */
export function inspectCode(runner: CellRunner, content: JsonRecord): JsonRecord {
  const code = readString(content, 'code');
  const cursor = unitsBefore(code, readNumber(content, 'cursor_pos', [...code].length));
  const found = [cursor, cursor - 1, calleeBefore(code, cursor)]
    .map((place) => (place !== undefined && place >= 0 ? runner.inspect(code, place) : undefined))
    .filter((info) => info !== undefined)
    .map(documentation)
    .filter(({ signature }) => signature !== 'any'); // an unknown name
  // half-written arguments have no type yet
  const shown = found.find(({ signature, text }) => text !== '' || !signature.endsWith(': any')) ?? found[0];
  if (!shown) return { status: 'ok', found: false, data: {}, metadata: {} };
  const data = { 'text/plain': asText(shown), 'text/markdown': asMarkdown(shown) };
  return { status: 'ok', found: true, data, metadata: {} };
}
