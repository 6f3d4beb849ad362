// The modules that cells import: packages, Node's own, and files beside the notebook, TypeScript among them. They last
// longer than the cell that imports them first: what they start when they are loaded is no cell's.
import { existsSync, readFileSync, statSync } from 'node:fs';
import Module, { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CellModules } from '../cellRunner';
import { runOutsideCells } from '../cells';
import { namespaceOf } from '../namespaceOf';

export interface ModuleSources {
  /** A TypeScript file as CommonJS, its source map inline. */
  transpile(file: string, text: string): string;
  /** The text of a module that is not on disk. */
  virtual(file: string): string | undefined;
  /** Called before the module of a TypeScript file runs. */
  compiled(file: string, javaScript: string): void;
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
const INSTALLED = `${path.sep}node_modules${path.sep}`;
const OWN = path.resolve(__dirname, '..') + path.sep;

/** A module that Node's own loader would run, with what is not public of it. */
interface InternalModule extends NodeModule {
  _compile(code: string, file: string): void;
}

export function cellModules(folder: string, sources: ModuleSources): CellModules {
  const base = path.join(folder, '__cell.js');
  const nodeRequire = createRequire(base);
  loadLoaders(nodeRequire);
  /** Loaded TypeScript modules by file. */
  const loaded = new Map<string, { module: InternalModule; text: string }>();
  const loadedAt = new Map<string, number>();
  let generation = 0;

  /** The TypeScript file that a relative specifier means, if it means one. */
  const typeScriptFile = (specifier: string, from: string): string | undefined => {
    if (!/^\.{0,2}\//.test(specifier)) return undefined;
    const wanted = path.resolve(path.dirname(from), specifier);
    const isFile = (file: string) =>
      sources.virtual(file.split(path.sep).join('/')) !== undefined ||
      (existsSync(file) && statSync(file).isFile());
    const candidates = TYPESCRIPT.test(wanted)
      ? [wanted]
      : [
          ...['.ts', '.tsx', '.mts', '.cts'].map((ending) => wanted + ending),
          wanted.replace(/\.([cm]?)js$/, '.$1ts'),
          path.join(wanted, 'index.ts'),
        ];
    return candidates.find((file) => TYPESCRIPT.test(file) && isFile(file));
  };

  const runTypeScript = (file: string): unknown => {
    const virtual = sources.virtual(file.split(path.sep).join('/'));
    const known = loaded.get(file);
    if (known && (virtual === undefined || virtual === known.text)) return known.module.exports;
    const text = virtual ?? readFileSync(file, 'utf8');
    const javaScript = sources.transpile(file, text);
    sources.compiled(file, javaScript);
    const module = new Module(file) as InternalModule;
    module.filename = file;
    module.paths = nodeRequire.resolve.paths('x') ?? [];
    module.require = requireFrom(file) as NodeModule['require'];
    loaded.set(file, { module, text });
    loadedAt.set(file, Date.now());
    try {
      module._compile(javaScript, file);
      module.loaded = true;
    } catch (error) {
      loaded.delete(file);
      throw error;
    }
    return module.exports;
  };

  const requireFrom = (from: string): NodeJS.Require => {
    const own = createRequire(from);
    const load = (specifier: string) =>
      runOutsideCells(() => {
        const file = typeScriptFile(specifier, from);
        return file === undefined ? own(specifier) : runTypeScript(file);
      });
    return Object.assign(load, own) as NodeJS.Require;
  };

  const load = (specifier: string): unknown => {
    const file = typeScriptFile(specifier, base);
    if (file !== undefined) return namespaceOf(runTypeScript(file));
    if (specifier === 'tslab') return namespaceOf(require('tslab'));
    if (isBuiltin(specifier)) return namespaceOf(nodeRequire(specifier));
    let resolved: string;
    try {
      resolved = nodeRequire.resolve(specifier);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (
        code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ||
        code === 'ERR_UNSUPPORTED_ESM_URL_SCHEME' ||
        isUrl(specifier)
      )
        return importModule(specifier);
      throw error;
    }
    if (resolved.endsWith('.mjs')) return importModule(resolved);
    try {
      return namespaceOf(nodeRequire(resolved));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // an ES module on a Node that cannot require it, or one that awaits at its top level
      if (code === 'ERR_REQUIRE_ESM' || code === 'ERR_REQUIRE_ASYNC_MODULE') return importModule(resolved);
      throw error;
    }
  };

  const importModule = async (specifier: string): Promise<unknown> => {
    if (path.isAbsolute(specifier)) {
      // import() keeps every module, and every failure, for good: a changed file needs another address
      const url = pathToFileURL(specifier);
      if (!specifier.includes(INSTALLED)) {
        loadedAt.set(specifier, Date.now());
        if (generation > 0) url.searchParams.set('v', String(generation));
      }
      return import(url.href);
    }
    if (isUrl(specifier)) return import(specifier);
    return import(pathToFileURL(resolveForImport(specifier, folder)).href);
  };

  const ownFiles = () =>
    Object.keys(require.cache).filter((file) => !file.includes(INSTALLED) && !file.startsWith(OWN));
  /** Runs what loads modules, and notes which of the notebook's files it has loaded. */
  const noting = <T>(task: () => T): T => {
    const start = Date.now();
    try {
      return task();
    } finally {
      for (const file of ownFiles()) if (!loadedAt.has(file)) loadedAt.set(file, start);
    }
  };

  return {
    load: (specifier) => noting(() => runOutsideCells(() => load(specifier))),
    require: requireFrom(base),
    meta: Object.freeze({
      url: pathToFileURL(base).href,
      filename: base,
      dirname: folder,
      resolve: (specifier: string) => pathToFileURL(nodeRequire.resolve(specifier)).href,
    }),
    forgetHalfLoaded() {
      // in the order in which their loading began: what follows was loaded for the first, and may hold a part of it
      const files = Object.keys(require.cache);
      const first = files.findIndex((file) => require.cache[file]?.loaded === false);
      if (first >= 0) for (const file of files.slice(first)) delete require.cache[file];
      for (const [file, { module }] of loaded) if (!module.loaded) loaded.delete(file);
    },
    forgetChanged() {
      const files = noting(ownFiles);
      const changed = [...loadedAt].some(
        ([file, at]) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > at,
      );
      if (!changed) return;
      generation++;
      for (const file of files) delete require.cache[file];
      loaded.clear();
      loadedAt.clear();
    },
  };
}

/** Node loads parts of its loaders at first use; were that terminated by an interrupt, no import would work any more. */
function loadLoaders(nodeRequire: NodeJS.Require): void {
  nodeRequire.resolve('fracmoment/package.json', { paths: [__dirname] });
  const empty = 'data:text/javascript,';
  void import(empty);
}

const isUrl = (specifier: string) => /^(data|file|node|https?):/.test(specifier);

/** The file that `import` takes for a package without a CommonJS entry, found from a folder. */
function resolveForImport(specifier: string, folder: string): string {
  const [, name, rest] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier)!;
  for (let at = folder; ; at = path.dirname(at)) {
    const home = path.join(at, 'node_modules', name!);
    const manifest = path.join(home, 'package.json');
    if (existsSync(manifest)) {
      const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown };
      const target = exportTarget(exports, `.${rest ?? ''}`);
      if (target !== undefined) return path.join(home, target);
      throw new Error(`package '${name}' does not export '.${rest ?? ''}'`);
    }
    if (at === path.dirname(at)) throw new Error(`Cannot find package '${name}'`);
  }
}

/** What a package's `exports` give for a subpath under the conditions of `import`. */
function exportTarget(exports: unknown, subpath: string): string | undefined {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const choose = (entry: unknown, star = ''): string | undefined => {
    if (typeof entry === 'string') return entry.replaceAll('*', star);
    if (Array.isArray(entry)) return entry.map((one) => choose(one, star)).find((one) => one !== undefined);
    if (!isMap(entry)) return undefined;
    for (const [condition, value] of Object.entries(entry))
      if (['node', 'import', 'module-sync', 'default'].includes(condition)) {
        const found = choose(value, star);
        if (found !== undefined) return found;
      }
    return undefined;
  };
  const bySubpath = isMap(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  if (!bySubpath) return subpath === '.' ? choose(exports) : undefined;
  if (subpath in exports) return choose(exports[subpath]);
  for (const [key, value] of Object.entries(exports)) {
    const [before, after, ...more] = key.split('*');
    if (after === undefined || more.length > 0) continue;
    if (subpath.startsWith(before!) && subpath.endsWith(after) && subpath.length >= key.length - 1)
      return choose(value, subpath.slice(before!.length, subpath.length - after.length));
  }
  return undefined;
}
