// The modules that cells import in a browser: those of the site, loaded at their first import, and files: those that cells
// declare as modules, and those of the visitor.
import type { CellModules } from '../cellRunner';
import type { CellCompiler } from '../compiler/cellCompiler';
import type { TranspiledFile } from '../compiler/transpile';
import { sourceModules } from '../sourceModules';
import { fileModules } from './files';
import { folder, resolve } from './paths';
import { siteAddress } from './scope';
import type { VisitorFiles } from './visitorFiles';

const SOURCE = /\.(?:[cm]?[jt]sx?|json)$/;

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
  const textOf = (file: string) => compiler.moduleText(file) ?? visitor.text(file);
  const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/'));

  /** The file that a relative specifier means, if there is one. */
  const find = (specifier: string, from: string): string | undefined => {
    if (!/^\.{0,2}\//.test(specifier)) return undefined;
    const wanted = resolve(folderOf(from), specifier);
    const endings = ['', '.ts', '.tsx', '.js', '/index.ts'].map((ending) => wanted + ending);
    return [...endings, wanted.replace(/\.js$/, '.ts')].find(
      (file) => SOURCE.test(file) && textOf(file) !== undefined,
    );
  };
  const transpile = (file: string): TranspiledFile => {
    const text = textOf(file)!;
    if (!file.endsWith('.json')) return compiler.transpile(file, text);
    return {
      javaScript: `module.exports = JSON.parse(${JSON.stringify(text)})`,
      imports: [],
      isAsync: false,
    };
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
  const require = (name: string) => {
    if (loaded.has(name)) return loaded.get(name);
    if (!addresses.has(name)) throw unknown(name);
    throw new Error(
      `require('${name}') works in a browser after a cell has imported it: import * as x from '${name}'`,
    );
  };
  const metaOf = (file: string) => ({
    url: `${siteAddress()}files${file.slice(folder.length)}`,
    filename: file,
    dirname: folderOf(file),
  });
  const files = sourceModules({
    find,
    version: (file) => textOf(file) ?? '',
    transpile,
    meta: metaOf,
    requireFrom: () => require,
    load: (name) => (loaded.has(name) ? loaded.get(name) : loadFromSite(name)),
    isLoadedBefore: (name) => addresses.has(name) && !loaded.has(name),
    runOutsideCells: (task) => task(),
  });
  const base = `${folder}/__cell.js`;
  return {
    load: (name) => files.load(name, base),
    require: files.requireFrom(base),
    meta: metaOf(base),
    forgetHalfLoaded: files.forgetHalfLoaded,
    forgetChanged() {
      if (files.haveChanged()) files.forgetAll();
    },
  };
}
