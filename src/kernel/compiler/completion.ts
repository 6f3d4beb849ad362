// What may follow at a place in a cell: the compiler's suggestions, and what a cell could import.
import type * as TypeScript from 'typescript-for-cells';

/** Texts that may replace a part of the code. */
export interface Completion {
  /** The part, from the first unit of the code. */
  start: number;
  end: number;
  entries: CompletionEntry[];
}

export interface CompletionEntry {
  text: string;
  /** `function`, `module` and the like. */
  kind: string;
  /** What else there is to say, such as the import that the name needs. */
  note?: string;
}

/** Asks the compiler. */
export type Find = () => TypeScript.CompletionInfo | undefined;

/** What can be imported. */
interface Importable {
  exported(): ReadonlyMap<string, string>;
  readonly modules: readonly string[];
}

export function completionsAt(
  code: string,
  position: number,
  find: Find,
  importable: Importable,
): Completion {
  const before = code.slice(0, position);
  const specifier = /(?:\bfrom|\bimport|\b(?:import|require)\s*\()\s*(['"])([^'"\n]*)$/.exec(before)?.[2];
  if (specifier !== undefined) return modulesFor(specifier, position, find, importable.modules);

  const word = wordBefore(before);
  const start = position - word.length;
  const exported = [...importable.exported()].filter(([name]) => startsAs(name, word));

  // within the braces of an import that does not say from where
  const inBraces = /^[ \t]*import\s*(?:type\s*)?\{[^{}'"]*$/m.test(before);
  if (inBraces && !/^[^;\n]*\bfrom\b/.test(code.slice(position)))
    return namesToImport(code, position, start, exported);

  const found = find();
  const suggested = found?.entries ?? [];
  const span = found?.optionalReplacementSpan;
  // among types `undefined` is a keyword
  const takesValue = suggested.some(({ name, kind }) => name === 'undefined' && kind === 'var');
  const isImportable =
    takesValue && !found?.isMemberCompletion && word !== '' && !/[.'"`]\s*$/.test(before.slice(0, start));

  // the rest of the word is replaced too where names start with all of it; else it stays
  const endOfWord = span ? Math.max(position, span.start + span.length) : position;
  const whole = word + code.slice(position, endOfWord);
  const names = [
    ...suggested.map(({ name }) => name),
    ...(isImportable ? exported.map(([name]) => name) : []),
  ];
  const [begun, end] = names.some((name) => startsAs(name, whole)) ? [whole, endOfWord] : [word, position];

  const inOtherCase = (name: string) => Number(!name.startsWith(begun));
  const known = suggested
    .filter(({ name }) => startsAs(name, begun))
    .sort(
      (a, b) =>
        inOtherCase(a.name) - inOtherCase(b.name) ||
        a.sortText.localeCompare(b.sortText) ||
        a.name.localeCompare(b.name),
    )
    .map(({ name, kind }): CompletionEntry => ({ text: name, kind }));
  if (!isImportable) return { start: span?.start ?? start, end, entries: known };
  const knownNames = new Set(known.map(({ text }) => text));
  const unknown = exported.filter(([name]) => !knownNames.has(name) && startsAs(name, begun));
  const importOf = ([name, module]: [string, string]) => `import { ${name} } from '${module}';`;

  // where nothing else fits, in a line of its own at the top level, the import comes along
  const line = before.lastIndexOf('\n') + 1;
  if (known.length === 0 && isTopLevel(before.slice(0, line))) {
    const entries = unknown.map((one) => ({
      text: `${importOf(one)}\n${code.slice(line, start)}${one[0]}`,
      kind: 'function',
      note: importOf(one),
    }));
    return { start: line, end, entries };
  }
  const entries = unknown.map((one) => ({ text: one[0], kind: 'function', note: importOf(one) }));
  return { start: span?.start ?? start, end, entries: [...known, ...entries] };
}

/** Exported names for the braces of an import; the rest of the import comes along unless the braces are closed. */
function namesToImport(
  code: string,
  position: number,
  start: number,
  exported: readonly [string, string][],
): Completion {
  const isClosed = /^\s*\}/.test(code.slice(position));
  const entries = exported.map(([name, module]) => ({
    text: isClosed ? name : `${name} } from '${module}';`,
    kind: 'function',
    note: `from '${module}'`,
  }));
  return { start, end: position, entries };
}

/** Whether a name starts as a word does, in upper or lower case. */
function startsAs(name: string, word: string): boolean {
  return name.toLowerCase().startsWith(word.toLowerCase());
}

const WORD = /^[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Nd}$_]*$/u;
/** No name that is worth completing is longer. */
const LONGEST_WORD = 200;

/** The name that ends here; empty if there is none. */
function wordBefore(before: string): string {
  const [tail = ''] = /[\p{L}\p{Nl}\p{Mn}\p{Nd}$_]*$/u.exec(before.slice(-LONGEST_WORD)) ?? [];
  return WORD.test(tail) ? tail : '';
}

/** The modules whose names begin as the specifier does. */
function modulesFor(specifier: string, position: number, find: Find, modules: readonly string[]): Completion {
  const entries = specifier.startsWith('node:') ? [] : (find()?.entries ?? []);
  // the compiler suggests what follows the last slash
  const last = specifier.slice(specifier.lastIndexOf('/') + 1);
  const folder = specifier.slice(0, specifier.length - last.length);
  const names = entries.map(({ name }) => folder + name);
  const all = [...new Set([...modules, ...names])].filter((name) => name.startsWith(specifier)).sort();
  return {
    start: position - specifier.length,
    end: position,
    entries: all.map((text) => ({ text, kind: 'module' })),
  };
}

/** Whether what follows this code is in no bracket, string or comment of it. */
function isTopLevel(code: string): boolean {
  const plain = code.replace(/\/\*[\s\S]*?\*\/|\/\/.*|(['"])(?:\\.|(?!\1)[^\\\n])*\1|`(?:\\.|[^\\`])*`/g, '');
  const count = (signs: RegExp) => plain.match(signs)?.length ?? 0;
  return count(/[([{]/g) === count(/[)\]}]/g) && !/[`]|\/\*/.test(plain);
}
