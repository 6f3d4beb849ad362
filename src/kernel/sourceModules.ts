// The files beside the notebook that cells import, TypeScript among them, as modules. Those that can be run at once are
// run as CommonJS has it: each at the first import that reaches it. Where a file, or one that it imports, awaits at its top
// level, or needs a module that can be loaded asynchronously alone, what it imports is loaded before it, as ES modules are.
import { cellSignal } from '../platform/cellSignal';
import { type FileScope, scopeParameter } from './compiler/scope';
import type { TranspiledFile } from './compiler/transpile';
import { runScript } from './engine';
import { namespaceOf } from './namespaceOf';
import { addFileScript } from './scripts';

/** The files, and the modules that are no such files. `from` is the path of the file that names a module. */
export interface ModuleHost {
  /** The file that a specifier means, if it means one. */
  find(specifier: string, from: string): string | undefined;
  /** Differs when the file has changed. */
  version(file: string): string;
  transpile(file: string): TranspiledFile;
  /** The `import.meta` of a file. */
  meta(file: string): { readonly filename: string; readonly dirname: string };
  /** The `require` of a file, for other modules. */
  requireFrom(file: string): (specifier: string) => unknown;
  /** Another module, as an object of its exports; a Promise of it where it can be loaded asynchronously alone. */
  load(specifier: string, from: string): unknown;
  /** Whether another module is to be loaded before the file that imports it is run. */
  isLoadedBefore(specifier: string, from: string): boolean;
  /** Runs what lasts longer than the cell that asks for it. */
  runOutsideCells<T>(task: () => T): T;
}

export interface SourceModules {
  /** A module, a file or not, as `CellModules.load` gives it. */
  load(specifier: string, from: string): unknown;
  /** The `require` of a file. */
  requireFrom(file: string): (specifier: string) => unknown;
  /** Whether a file was changed after it was loaded. */
  haveChanged(): boolean;
  /** Forgets the files whose loading was terminated. */
  forgetHalfLoaded(): void;
  forgetAll(): void;
}

interface FileModule extends TranspiledFile {
  readonly file: string;
  readonly version: string;
  /** What CommonJS calls `module`. */
  readonly own: { exports: unknown };
  /** The files that it imports. */
  readonly links: Map<string, FileModule>;
  /** The other modules that it imports and that were loaded before it. */
  readonly others: Map<string, unknown>;
  /** A module waits for what it imports, unless it is run at once; it is forgotten where it failed or was interrupted. */
  state: 'new' | 'waiting' | 'running' | 'done' | 'forgotten';
  /** The end of a run that awaits. */
  ending?: Promise<void>;
  /** That of the cell for which it waits or awaits: its interrupt is one of the loading. */
  signal?: AbortSignal | undefined;
}

export function sourceModules(host: ModuleHost): SourceModules {
  const modules = new Map<string, FileModule>();

  const moduleOf = (file: string): FileModule => {
    const known = modules.get(file);
    if (known) return known;
    const version = host.version(file); // of no later text than the one that is read
    const module: FileModule = {
      ...{ file, version, ...host.transpile(file) },
      own: { exports: {} },
      links: new Map(),
      others: new Map(),
      state: 'new',
    };
    modules.set(file, module);
    return module;
  };
  const forget = (module: FileModule) => {
    module.state = 'forgotten';
    if (modules.get(module.file) === module) modules.delete(module.file);
  };
  const finish = (module: FileModule) => {
    if (module.state === 'running') module.state = 'done';
  };

  /** The file that a module imports by this name, if it is one. */
  const linkOf = (module: FileModule, specifier: string): FileModule | undefined => {
    const known = module.links.get(specifier);
    if (known && known.state !== 'forgotten') return known;
    const file = host.find(specifier, module.file);
    if (file === undefined) return undefined;
    const link = moduleOf(file);
    module.links.set(specifier, link);
    return link;
  };
  /** The module and those files that it imports, directly or not, which have not been run. */
  const unfinished = (module: FileModule, found = new Set<FileModule>()): FileModule[] => {
    if (module.state !== 'done' && !found.has(module)) {
      found.add(module);
      for (const specifier of module.imports) {
        const link = linkOf(module, specifier);
        if (link) unfinished(link, found);
      }
    }
    return [...found];
  };
  const isAsynchronous = (module: FileModule) =>
    unfinished(module).some(
      (one) =>
        one.isAsync ||
        one.imports.some(
          (specifier) =>
            !linkOf(one, specifier) && !one.others.has(specifier) && host.isLoadedBefore(specifier, one.file),
        ),
    );

  const begin = (module: FileModule): void => {
    const { file, javaScript, isAsync, own } = module;
    const { filename, dirname } = host.meta(file);
    const scope: FileScope = {
      meta: host.meta(file),
      import: async (specifier) => load(String(specifier), file),
      imported(specifier) {
        const link = linkOf(module, specifier);
        if (link) return namespaceOf(run(link));
        return module.others.get(specifier) ?? namespaceOf(host.requireFrom(file)(specifier));
      },
      resumed(value) {
        module.signal?.throwIfAborted();
        return value;
      },
    };
    module.state = 'running';
    addFileScript(file, javaScript);
    try {
      // in a function of its own, a file may declare these names itself
      const outer = runScript(
        `(function (exports, require, module, __filename, __dirname, ${scopeParameter}) { return ${isAsync ? 'async ' : ''}function () {\n${javaScript}\n} })`,
        file,
      ) as (...values: unknown[]) => () => unknown;
      const program = outer(own.exports, requireFrom(file), own, filename, dirname, scope);
      const ended = host.runOutsideCells(() => program.call(own.exports));
      if (isAsync)
        module.ending = (ended as Promise<void>).then(
          () => finish(module),
          (error: unknown) => {
            forget(module);
            throw error;
          },
        );
      else finish(module);
    } catch (error) {
      forget(module);
      throw error;
    }
  };

  /** What a module exports, so far where it runs or waits already: files may import each other. */
  const run = (module: FileModule): unknown => {
    if (module.state === 'new') begin(module);
    return module.own.exports;
  };

  /** Runs a module after what it imports; `reached` are those under way. */
  const evaluate = async (module: FileModule, reached = new Set<FileModule>()): Promise<void> => {
    if (reached.has(module)) return;
    reached.add(module);
    if (!isAsynchronous(module)) return void run(module);
    if (module.state === 'new') {
      module.state = 'waiting';
      module.signal = cellSignal();
      // as the compiler has it do first: another file of a cycle gets these exports before they are there
      Object.defineProperty(module.own.exports, '__esModule', { value: true });
    }
    try {
      for (const specifier of module.imports) {
        const link = linkOf(module, specifier);
        if (link) await evaluate(link, reached);
        else if (!module.others.has(specifier))
          module.others.set(specifier, await host.load(specifier, module.file));
      }
      module.signal?.throwIfAborted();
      if (module.state === 'waiting') begin(module);
      await module.ending;
    } catch (error) {
      forget(module);
      throw error;
    }
  };

  const load = (specifier: string, from: string): unknown => {
    const file = host.find(specifier, from);
    if (file === undefined) return host.load(specifier, from);
    // an interrupted cell waits no longer for what may never come
    for (const module of modules.values()) if (module.signal?.aborted) forgetUnfinished(module);
    const module = moduleOf(file);
    if (!isAsynchronous(module)) return namespaceOf(run(module));
    return host.runOutsideCells(() => evaluate(module)).then(() => namespaceOf(module.own.exports));
  };
  const forgetUnfinished = (module: FileModule) => {
    if (module.state === 'waiting' || module.state === 'running') forget(module);
  };

  const requireFrom = (from: string) => {
    const requireOther = host.requireFrom(from);
    const require = (specifier: string): unknown => {
      const file = host.find(specifier, from);
      if (file === undefined) return requireOther(specifier);
      const module = moduleOf(file);
      const awaiting = unfinished(module).find(({ isAsync }) => isAsync);
      if (awaiting)
        throw new Error(
          `require('${specifier}') cannot wait for ${awaiting.file}, which awaits at its top level: write await import('${specifier}')`,
        );
      return run(module);
    };
    return Object.assign(require, requireOther);
  };

  return {
    load,
    requireFrom,
    haveChanged: () => [...modules.values()].some(({ file, version }) => host.version(file) !== version),
    forgetHalfLoaded() {
      for (const module of modules.values()) forgetUnfinished(module);
    },
    forgetAll: () => modules.clear(),
  };
}
