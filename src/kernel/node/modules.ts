// The modules that cells import: packages, Node's own, and files beside the notebook, TypeScript among them. They last
// longer than the cell that imports them first: what they start when they are loaded is no cell's.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CellModules } from '../cellRunner';
import { runOutsideCells } from '../cells';
import type { CellCompiler } from '../compiler/cellCompiler';
import { namespaceOf } from '../namespaceOf';
import { sourceModules } from '../sourceModules';

/** The compiler's part. */
export interface ModuleSources {
  transpile: CellCompiler['transpile'];
  /** The text of a module that is not on disk. */
  virtual: CellCompiler['moduleText'];
  /** Differs when a file on disk has changed. */
  version(file: string): string;
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
const INSTALLED = `${path.sep}node_modules${path.sep}`;
const OWN = path.resolve(__dirname, '..') + path.sep;

/** What Node says of a module that can only be imported. */
const IMPORT_ALONE = ['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'];
const isForImportAlone = (error: unknown) =>
  IMPORT_ALONE.includes((error as NodeJS.ErrnoException).code ?? '');

export function cellModules(folder: string, sources: ModuleSources): CellModules {
  const base = path.join(folder, '__cell.js');
  const nodeRequire = createRequire(base);
  loadLoaders(nodeRequire);
  const loadedAt = new Map<string, number>();
  let generation = 0;
  const virtual = (file: string) => sources.virtual(file.split(path.sep).join('/'));

  /** The TypeScript file that a relative specifier means, if it means one. */
  const typeScriptFile = (specifier: string, from: string): string | undefined => {
    if (!/^\.{0,2}\//.test(specifier)) return undefined;
    const wanted = path.resolve(path.dirname(from), specifier);
    const isFile = (file: string) =>
      virtual(file) !== undefined || (existsSync(file) && statSync(file).isFile());
    const candidates = TYPESCRIPT.test(wanted)
      ? [wanted]
      : [
          ...['.ts', '.tsx', '.mts', '.cts'].map((ending) => wanted + ending),
          wanted.replace(/\.([cm]?)js$/, '.$1ts'),
          path.join(wanted, 'index.ts'),
        ];
    return candidates.find((file) => TYPESCRIPT.test(file) && isFile(file));
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

  const requireFrom = (from: string): NodeJS.Require => {
    const own = createRequire(from);
    const load = (specifier: string) => noting(() => runOutsideCells(() => own(specifier)));
    return Object.assign(load, own) as NodeJS.Require;
  };

  /** A module that is no TypeScript file. */
  const load = (specifier: string, from: string): unknown => {
    const own = createRequire(from);
    if (specifier === 'tslab') return namespaceOf(require('tslab'));
    if (isBuiltin(specifier)) return namespaceOf(own(specifier));
    let resolved: string;
    try {
      resolved = own.resolve(specifier);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (isForImportAlone(error) || code === 'ERR_UNSUPPORTED_ESM_URL_SCHEME' || isUrl(specifier))
        return importModule(specifier, from);
      throw error;
    }
    if (resolved.endsWith('.mjs')) return importModule(resolved, from);
    try {
      return namespaceOf(own(resolved));
    } catch (error) {
      // an ES module on a Node that cannot require it, or one that awaits at its top level
      if (isForImportAlone(error)) return importModule(resolved, from);
      throw error;
    }
  };

  /** Whether a module is an ES module, which `require` may not load. */
  const isEsModule = (specifier: string, from: string): boolean => {
    if (isBuiltin(specifier)) return false;
    if (isUrl(specifier)) return true;
    try {
      const resolved = createRequire(from).resolve(specifier);
      return resolved.endsWith('.mjs') || (resolved.endsWith('.js') && packageType(resolved) === 'module');
    } catch (error) {
      return isForImportAlone(error); // what is not found at all is said when it is loaded
    }
  };

  const importModule = async (specifier: string, from: string): Promise<unknown> => {
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
    return import(pathToFileURL(resolveForImport(specifier, path.dirname(from))).href);
  };

  const metaOf = (file: string) =>
    Object.freeze({
      url: pathToFileURL(file).href,
      filename: file,
      dirname: path.dirname(file),
      resolve: (specifier: string) => pathToFileURL(createRequire(file).resolve(specifier)).href,
    });
  const typeScript = sourceModules({
    find: typeScriptFile,
    version: (file) => virtual(file) ?? sources.version(file),
    transpile: (file) => sources.transpile(file, virtual(file) ?? readFileSync(file, 'utf8')),
    meta: metaOf,
    requireFrom,
    load: (specifier, from) => noting(() => runOutsideCells(() => load(specifier, from))),
    isLoadedBefore: isEsModule,
    runOutsideCells,
  });

  return {
    load: (specifier) => typeScript.load(specifier, base),
    require: typeScript.requireFrom(base),
    meta: metaOf(base),
    forgetHalfLoaded() {
      // in the order in which their loading began: what follows was loaded for the first, and may hold a part of it
      const files = Object.keys(require.cache);
      const first = files.findIndex((file) => require.cache[file]?.loaded === false);
      if (first >= 0) for (const file of files.slice(first)) delete require.cache[file];
      typeScript.forgetHalfLoaded();
    },
    forgetChanged() {
      const files = noting(ownFiles);
      const changed = [...loadedAt].some(
        ([file, at]) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > at,
      );
      if (!changed && !typeScript.haveChanged()) return;
      generation++;
      for (const file of files) delete require.cache[file];
      typeScript.forgetAll();
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

/** The `type` of the package in which a file lies. */
function packageType(file: string): unknown {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    const manifest = path.join(at, 'package.json');
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: unknown }).type;
    if (at === path.dirname(at)) return undefined;
  }
}

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
