import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const dist = path.resolve(__dirname, '..');

/** What the entries of the package export. */
export const fracmoment: Readonly<Record<string, unknown>> = exportsOfEntries();

function exportsOfEntries(): Record<string, unknown> {
  const { exports } = JSON.parse(readFileSync(path.join(dist, '..', 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  return Object.assign({}, ...entries.map((entry) => require(path.posix.join('fracmoment', entry))));
}

/** The @example of a declaration. */
export interface Example {
  name: string;
  /** The names of its parameters, if it is a function or class; undefined for one that is destructured. */
  parameters: (string | undefined)[];
  lines: string[];
}

/** The examples of all public declarations, from the .d.ts files, where an editor shows them from. */
export function examples(): Example[] {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.d.ts') && !/\.(test|bench)\.d\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(dist, file), 'utf8');
      const declaration = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare (?:function|const|class) (\w+)/g;
      return [...text.matchAll(declaration)].map((match) => ({
        name: match[2]!,
        parameters: parametersIn(text.slice(match.index + match[0].length)),
        lines: exampleLines(match[1]!),
      }));
    })
    .filter(({ name }) => name in fracmoment);
}

function exampleLines(comment: string): string[] {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const start = lines.findIndex((line) => line.startsWith('@example'));
  if (start < 0) return [];
  const end = lines.findIndex((line, i) => i > start && line.startsWith('@'));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .filter((line) => line.trim() !== '' && !line.startsWith('```'));
}

/** The names in the parameter list after a declared name; of a class, those of its constructor. */
function parametersIn(declaration: string): (string | undefined)[] {
  const start = declaration.search(/^\s*\{/) === 0 ? declaration.indexOf('constructor(') : 0;
  const open = declaration.indexOf('(', Math.max(0, start));
  if (start < 0 || open < 0) return [];
  const list: string[] = [''];
  let depth = 0;
  for (const character of declaration.slice(open)) {
    if ('([{<'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (depth === 0) break;
    if (character === ',' && depth === 1) list.push('');
    else list[list.length - 1] += character;
  }
  if (list.join('').trim() === '(') return [];
  return list.map((parameter) => /^\(?\s*(\w+)\??:/.exec(parameter)?.[1]);
}

/** The example as the body of a function in which `shows` receives every value with the digits shown. */
function compile(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const check = /^(.*\S)\s*\/\/ (.+)$/.exec(line);
      if (!check) return line;
      const expression = check[1]!.replace(/;$/, '');
      return `shows(${expression}, ${JSON.stringify(check[2])}, ${JSON.stringify(line)});`;
    })
    .join('\n');
}

/** Runs an example with what the package exports in scope. */
export async function run(
  lines: readonly string[],
  exported: Readonly<Record<string, unknown>>,
  shows: (actual: unknown, shown: string, line: string) => void,
): Promise<void> {
  const names = Object.keys(exported);
  const body = new Function('shows', ...names, `return (async () => {\n${compile(lines)}\n})()`) as (
    ...args: unknown[]
  ) => Promise<void>;
  await body(shows, ...Object.values(exported));
}
