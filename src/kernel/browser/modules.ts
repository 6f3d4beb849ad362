// The modules that cells import in a browser: those of the site, loaded at their first import, and files: those that cells
// declare as modules, and those of the visitor.
import type { CellModules } from '../cellRunner';
import type { CellCompiler } from '../compiler/cellCompiler';
import { namespaceOf } from '../namespaceOf';
import { addFileScript } from '../scripts';
import { fileModules } from './files';
import { folder, resolve } from './paths';
import type { VisitorFiles } from './visitorFiles';

/** A file as CommonJS. */
interface FileModule {
  readonly text: string;
  readonly javaScript: string;
  exports: unknown;
  /** Set when it begins to run: files may import each other. */
  begun: boolean;
}

const SOURCE = /\.(?:[jt]sx?|json)$/;

/** @param addresses of the modules that the site has, by name */
export function browserModules(
  addresses: ReadonlyMap<string, string>,
  compiler: Pick<CellCompiler, 'transpile' | 'moduleText'>,
  visitor: VisitorFiles,
): CellModules {
  const { fs, path } = fileModules(visitor);
  const loaded = new Map<string, unknown>([
    ...['node:fs', 'fs'].map((name): [string, unknown] => [name, fs]),
    ...['node:path', 'path'].map((name): [string, unknown] => [name, path]),
  ]);
  const files = new Map<string, FileModule>();
  const textOf = (file: string) => compiler.moduleText(file) ?? visitor.text(file);

  /** The file that a relative specifier means, if there is one. */
  const fileFor = (specifier: string, from: string): string | undefined => {
    if (!/^\.{0,2}\//.test(specifier)) return undefined;
    const wanted = resolve(from, specifier);
    const endings = ['', '.ts', '.tsx', '.js', '/index.ts'].map((ending) => wanted + ending);
    return [...endings, wanted.replace(/\.js$/, '.ts')].find(
      (file) => SOURCE.test(file) && textOf(file) !== undefined,
    );
  };
  const moduleOf = (file: string): FileModule => {
    const known = files.get(file);
    if (known) return known;
    const text = textOf(file)!;
    const javaScript = file.endsWith('.json')
      ? `module.exports = JSON.parse(${JSON.stringify(text)})`
      : compiler.transpile(file, text);
    const module = { text, javaScript, exports: {}, begun: false };
    files.set(file, module);
    return module;
  };
  const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/'));

  /** The modules of the site that a file needs, itself or by files that it imports, and that are not loaded. */
  const missing = (file: string, seen = new Set<string>()): string[] => {
    if (seen.has(file)) return [];
    seen.add(file);
    const names = [...moduleOf(file).javaScript.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(
      ([, name]) => name!,
    );
    return names.flatMap((name) => {
      const imported = fileFor(name, folderOf(file));
      if (imported !== undefined) return missing(imported, seen);
      return addresses.has(name) && !loaded.has(name) ? [name] : [];
    });
  };
  const run = (file: string): unknown => {
    const module = moduleOf(file);
    if (module.begun) return module.exports;
    module.begun = true;
    addFileScript(file, module.javaScript);
    try {
      // biome-ignore lint/security/noGlobalEval: it runs what the user writes
      const program = globalThis.eval(
        `(function (exports, require, module) { ${module.javaScript}\n})\n//# sourceURL=${file}`,
      );
      program(module.exports, requireFrom(folderOf(file)), module);
    } catch (error) {
      files.delete(file);
      throw error;
    }
    return module.exports;
  };

  const unknown = (name: string) =>
    new Error(
      `Cannot find module '${name}': in a browser there are ${[...addresses.keys(), 'node:fs', 'node:path'].join(', ')} and the files beside the notebook`,
    );
  const loadFromSite = async (name: string): Promise<unknown> => {
    const address = addresses.get(name);
    if (address === undefined) throw unknown(name);
    const module: unknown = await import(address);
    loaded.set(name, module);
    return module;
  };
  const load = (name: string): unknown => {
    if (loaded.has(name)) return loaded.get(name);
    const file = fileFor(name, folder);
    if (file === undefined) return loadFromSite(name);
    const needed = missing(file);
    return needed.length === 0
      ? namespaceOf(run(file))
      : Promise.all(needed.map(loadFromSite)).then(() => namespaceOf(run(file)));
  };
  const requireFrom = (from: string) => (name: string) => {
    if (loaded.has(name)) return loaded.get(name);
    const file = fileFor(name, from);
    if (file !== undefined) return run(file);
    if (!addresses.has(name)) throw unknown(name);
    throw new Error(
      `require('${name}') works in a browser after a cell has imported it: import * as x from '${name}'`,
    );
  };
  return {
    load,
    require: requireFrom(folder),
    meta: { filename: `${folder}/__cell.js`, dirname: folder },
    forgetHalfLoaded() {},
    forgetChanged() {
      // what has changed, and what may have imported it
      if ([...files].some(([file, { text }]) => textOf(file) !== text)) files.clear();
    },
  };
}
