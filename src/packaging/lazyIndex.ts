import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { writeIfChanged } from './write';

const dist = path.resolve(__dirname, '..');

/**
 * Rewrites dist/index.js so that a module is loaded when one of its names is first used: the compiler loads all of them at
 * the start. Names that a notebook or program does not use cost nothing then.
 */
export function writeLazyIndex(): void {
  const source = readFileSync(path.join(dist, '..', 'src', 'index.ts'), 'utf8');
  const modules = [...source.matchAll(/^(?:export (?!type).*|\}) from '(.*)';$/gm)].map(([, name]) => name!);
  const moduleOf = new Map<string, string>();
  for (const module of modules) for (const name of exportedNames(source, module)) moduleOf.set(name, module);
  const names = [...moduleOf.keys()].sort();
  const lines = [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    // by this line Node knows the names when an ES module imports this one
    `${names.map((name) => `exports.${name} = `).join('')}void 0;`,
    'require("./notebook/warmUp");',
    'const define = (name, property) =>',
    '  Object.defineProperty(exports, name, { enumerable: true, configurable: true, ...property });',
    'const lazily = (name, load) =>',
    '  define(name, { get() { const value = load(); define(name, { value }); return value; } });',
    ...names.map((name) => `lazily("${name}", () => require("${moduleOf.get(name)}").${name});`),
  ];
  writeIfChanged(path.join(dist, 'index.js'), `${lines.join('\n')}\n`);
}

/** The values that src/index.ts exports from a module. */
function exportedNames(source: string, module: string): string[] {
  const statement = new RegExp(`^export (\\*|\\{[^}]*\\}) from '${module}';$`, 'm').exec(source)![1]!;
  if (statement === '*') return Object.keys(require(path.join(dist, module)) as object);
  return statement
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}
