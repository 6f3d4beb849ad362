// The modules that cells import in a browser: those of the site, loaded at their first import, and cells' own.
import type { CellModules } from '../cellRunner';
import type { CellCompiler } from '../compiler/cellCompiler';
import { addFileScript } from '../scripts';
import { fileModules } from './files';
import { folder, resolve } from './paths';

/** @param addresses of the modules that the site has, by name */
export function browserModules(
  addresses: ReadonlyMap<string, string>,
  compiler: Pick<CellCompiler, 'transpile' | 'moduleText'>,
): CellModules {
  const { fs, path } = fileModules();
  const loaded = new Map<string, unknown>([
    ...['node:fs', 'fs'].map((name): [string, unknown] => [name, fs]),
    ...['node:path', 'path'].map((name): [string, unknown] => [name, path]),
  ]);
  /** Modules that cells declared, with the text that they were run from. */
  const own = new Map<string, { text: string; exports: object }>();

  const runOwn = (specifier: string): object | undefined => {
    const file = `${resolve(specifier).replace(/\.[jt]s$/, '')}.ts`;
    const text = compiler.moduleText(file);
    if (text === undefined) return undefined;
    const known = own.get(file);
    if (known?.text === text) return known.exports;
    const module = { exports: {} };
    own.set(file, { text, exports: module.exports });
    const javaScript = compiler.transpile(file, text);
    addFileScript(file, javaScript);
    try {
      // biome-ignore lint/security/noGlobalEval: it runs what the user writes
      const run = globalThis.eval(
        `(function (exports, require, module) { ${javaScript}\n})\n//# sourceURL=${file}`,
      );
      run(module.exports, require, module);
    } catch (error) {
      own.delete(file);
      throw error;
    }
    own.set(file, { text, exports: module.exports });
    return module.exports;
  };

  const unknown = (name: string) =>
    new Error(
      `Cannot find module '${name}': in a browser there are ${[...addresses.keys(), 'node:fs', 'node:path'].join(', ')}`,
    );
  const load = (name: string): unknown => {
    if (loaded.has(name)) return loaded.get(name);
    const mine = /^\.{0,2}\//.test(name) ? runOwn(name) : undefined;
    if (mine) return mine;
    const address = addresses.get(name);
    if (address === undefined) throw unknown(name);
    return import(address).then((module: unknown) => {
      loaded.set(name, module);
      return module;
    });
  };
  const require = (name: string): unknown => {
    const module = load(name);
    if (!(module instanceof Promise)) return module;
    throw new Error(
      `require('${name}') works in a browser after a cell has imported it: import * as x from '${name}'`,
    );
  };
  return {
    load,
    require,
    meta: { filename: `${folder}/__cell.js`, dirname: folder },
    forgetHalfLoaded() {},
    forgetChanged() {},
  };
}
