// What cells may use without importing it, on this Node.
import { builtinModules } from 'node:module';
import * as path from 'node:path';
import type { CellEnvironment } from '../compiler/cellCompiler';
import { commonGlobals } from '../compiler/globals';
import { languageNames } from '../engine';
import { exportedNames, fracmomentFolder } from './library';

/** TypeScript's libraries for what a version of Node knows. */
export function librariesOf(major: number): string[] {
  const disposable = ['esnext.disposable', 'decorators'];
  if (major < 22) return ['es2023', ...disposable];
  const of22 = ['es2024', ...disposable, 'esnext.collection', 'esnext.iterator', 'esnext.array'];
  return major < 24
    ? of22
    : [...of22, 'esnext.promise', 'esnext.float16', 'esnext.error', 'esnext.sharedmemory'];
}

/** Global names that `commonGlobals` declares. */
const declared = new Set(
  [...commonGlobals.matchAll(/declare (?:var|function) (\w+)/g)].map(([, name]) => name!),
);

let exported: Map<string, string> | undefined;

/** What the library exports, with the entry that does. */
export function exportedByTheLibrary(): ReadonlyMap<string, string> {
  exported ??= new Map(
    (['fracmoment/tensorflow', 'fracmoment'] as const).flatMap((module) => {
      const entry = module === 'fracmoment' ? 'index.d.ts' : 'tensorflow/index.d.ts';
      const names = exportedNames(path.join(fracmomentFolder, entry));
      return names.map((name): [string, string] => [name, module]);
    }),
  );
  return exported;
}

export function nodeEnvironment(): CellEnvironment {
  const language = new Set(languageNames);
  const ofNode = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !declared.has(name) && !language.has(name) && /^[\w$]+$/.test(name),
  );
  const names = [...ofNode, 'Buffer', 'require', 'module', 'exports', '__dirname', '__filename', 'NodeJS'];
  const builtins = builtinModules.filter((name) => !name.startsWith('_'));
  const pattern = new RegExp(
    `\\bnode:|\\b(?:${names.join('|').replaceAll('$', '\\$')})\\b|['"](?:${builtins.join('|')})['"]`,
  );
  const types = path.dirname(require.resolve('@types/node/package.json'));
  return {
    libs: librariesOf(Number(process.versions.node.split('.')[0])),
    globals: commonGlobals,
    exported: exportedByTheLibrary,
    modules: [
      'fracmoment',
      'fracmoment/tensorflow',
      ...builtins.map((name) => `node:${name.replace(/^node:/, '')}`),
    ],
    whole: {
      types: 'node',
      typeRoots: [path.dirname(types).split(path.sep).join('/')],
      needs: (code) => pattern.test(code),
    },
  };
}
