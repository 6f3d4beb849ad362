// Compiles cells and runs them here, one script after another.
import type { CellCompiler, CompiledCell } from './compiler/cellCompiler';
import type { Diagnostic } from './compiler/diagnostics';
import { type CellScope, scopeParameter } from './compiler/scope';
import { runScript } from './engine';
import { restoreIntrinsics, withIntrinsics } from './intrinsics';
import { addCellScript } from './scripts';

/** What became of a cell. */
export type Outcome =
  | { kind: 'value'; value: unknown }
  | { kind: 'thrown'; error: unknown }
  | { kind: 'diagnostics'; diagnostics: Diagnostic[] };

/** An execution that has begun. */
export interface CellRun {
  /** How it ends; never, where it is terminated or waits for what does not come. */
  readonly outcome: Promise<Outcome>;
  /** Says that it is not waited for any longer: what it has declared so far is all that is known of it. */
  giveUp(): void;
}

export interface CellRunner {
  /** Reads declarations that cells are likely to need. */
  prepare: CellCompiler['prepare'];
  /** Compiles and runs a cell; stack traces call it by `count`. The value is the last expression's. */
  execute(code: string, count: number): CellRun;
  /** Forgets modules whose loading was terminated, with all they loaded: the next import loads them anew. */
  forgetHalfLoaded(): void;
  /** Whether this is the value of a variable of cells, or an element of such an array. */
  isStored(value: unknown): boolean;
  isComplete: CellCompiler['isComplete'];
  complete: CellCompiler['complete'];
  inspect: CellCompiler['inspect'];
}

/** What cells get of the modules they name. */
export interface CellModules {
  /**
   * A module as an object of its exports; a Promise of it where it can be loaded asynchronously alone.
   * @throws Error if it is not found, or what it throws itself
   */
  load(specifier: string): unknown;
  /** The `require` of cells. */
  readonly require: (specifier: string) => unknown;
  /** The `import.meta` of cells. */
  readonly meta: { readonly filename: string; readonly dirname: string };
  /** Forgets modules whose loading was terminated, with all they loaded: the next import loads them anew. */
  forgetHalfLoaded(): void;
  /** Forgets the files beside the notebook, all of them, if one was changed after it was loaded. */
  forgetChanged(): void;
}

/** What a runner is made of. */
export interface RunnerParts {
  compiler: CellCompiler;
  modules: CellModules;
  /** Throws if the executing cell was interrupted. */
  throwIfInterrupted(): void;
  /** Does the kernel's own work, which is no cell's and must not be left half done. */
  asKernel<T>(task: () => T): T;
  /** Has the compiler work for a cell, which an interrupt may terminate. */
  asCompiler<T>(task: () => T): T;
}

const parameters = `${scopeParameter}, require, module, exports, __filename, __dirname`;
/** A variable of the script scope by which a script gets its arguments. */
const argumentsName = '$fracmomentArguments';

/** Between two looks for an interrupt lie some milliseconds: more turns where they are quick, fewer where they are slow. */
const MOST_TURNS = 1024;

export function createCellRunner({
  compiler,
  modules,
  throwIfInterrupted,
  asKernel,
  asCompiler,
}: RunnerParts): CellRunner {
  const declared = new Set<string>();
  runScript(`let ${argumentsName}`);
  const setArguments = runScript(`(value) => { ${argumentsName} = value; }`) as (value: unknown[]) => void;

  const check = turnsUntilNextLook(throwIfInterrupted);
  const scopeOf = (loaded: unknown[]): CellScope => ({
    modules: loaded,
    reached: 0,
    meta: modules.meta,
    bind(variable, read) {
      declared.add(variable);
      bindVariable(variable, read);
    },
    import: async (specifier) => modules.load(String(specifier)),
    check,
    resumed(value) {
      throwIfInterrupted();
      return value;
    },
  });

  const run = (cell: CompiledCell, name: string, scope: CellScope): unknown => {
    const fresh = cell.variables.filter((variable) => !declared.has(variable));
    if (fresh.length > 0) runScript(`let ${fresh.join(', ')};`);
    for (const variable of fresh) declared.add(variable);
    const { filename, dirname } = modules.meta;
    const own = { exports: {} };
    setArguments([scope, modules.require, own, own.exports, filename, dirname]);
    const wrapped = `(${cell.isAsync ? 'async ' : ''}function (${parameters}) { "use strict";\n${cell.script}\n})(...${argumentsName})`;
    return runScript(wrapped, name);
  };

  function execute(code: string, count: number): CellRun {
    let cell: CompiledCell | undefined;
    let scope: CellScope | undefined;
    let givenUp = false;
    const note = (reached: number) => {
      if (!givenUp && cell && scope) asKernel(() => cell!.ran(reached));
    };
    const attempt = async (): Promise<Outcome> => {
      await undefined; // what follows may be terminated, which `giveUp` mends
      const compiled = asCompiler(() => withIntrinsics(() => compile(code)));
      if ('diagnostics' in compiled) return { kind: 'diagnostics', diagnostics: compiled.diagnostics };
      if (!compiled.cell) return { kind: 'value', value: undefined };
      cell = compiled.cell;
      const name = `fracmoment-cell-${count}-${++scriptNumber}`;
      const { sourceMap: map, columnsBefore } = cell;
      addCellScript(name, { count, code, javaScript: cell.script, map, linesBefore: 1, columnsBefore });
      try {
        const loaded: unknown[] = [];
        for (const specifier of cell.imports) {
          const module = modules.load(specifier);
          loaded.push(module instanceof Promise ? await module : module);
          throwIfInterrupted();
        }
        scope = scopeOf(loaded);
        const result = run(cell, name, scope);
        restoreIntrinsics();
        if (cell.isAsync) await result;
        restoreIntrinsics();
        note(Number.POSITIVE_INFINITY);
        return { kind: 'value', value: scope.value };
      } catch (error) {
        restoreIntrinsics();
        note(scope?.reached ?? 0);
        return { kind: 'thrown', error };
      }
    };
    return {
      outcome: attempt().catch((error: unknown) => ({ kind: 'thrown', error }) as const), // the compiler's
      giveUp() {
        note(scope?.reached ?? 0);
        givenUp = true;
      },
    };
  }

  /** What the cell is compiled to; nothing is left to run of a module that a cell declares. */
  function compile(code: string): { cell?: CompiledCell } | { diagnostics: Diagnostic[] } {
    const directive = directiveOf(code);
    if (directive?.kind === 'browser')
      throw new Error("tslab's browser mode (/** @browser */) is not supported");
    if (directive?.kind === 'module') {
      const diagnostics = compiler.addModule(directive.file, code);
      return diagnostics.length > 0 ? { diagnostics } : {};
    }
    modules.forgetChanged();
    return compiler.compile(code.replace(/^#!/, '//'));
  }

  function isStored(value: unknown): boolean {
    const values = runScript(`[${[...declared].join(', ')}]`) as unknown[];
    return values.some((one) => one === value || (Array.isArray(one) && one.includes(value)));
  }

  return {
    execute,
    isStored,
    forgetHalfLoaded: modules.forgetHalfLoaded,
    prepare: (specifier) => asKernel(() => compiler.prepare(specifier)),
    isComplete: (code) => withIntrinsics(() => compiler.isComplete(code)),
    complete: (code, position) => withIntrinsics(() => compiler.complete(code, position)),
    inspect: (code, position) => withIntrinsics(() => compiler.inspect(code, position)),
  };
}

let scriptNumber = 0;

/** Has a global name be whatever `read` gives, until it is assigned. */
function bindVariable(name: string, read: () => unknown): void {
  const property = { configurable: true, enumerable: false };
  Object.defineProperty(globalThis, name, {
    ...property,
    get: read,
    set: (value) => Object.defineProperty(globalThis, name, { ...property, value, writable: true }),
  });
}

function turnsUntilNextLook(throwIfInterrupted: () => void): () => number {
  let turns = 1;
  let last = performance.now();
  return () => {
    throwIfInterrupted();
    const now = performance.now();
    const passed = now - last;
    last = now;
    if (passed < 1) turns = Math.min(MOST_TURNS, 2 * turns);
    else if (passed > 5) turns = Math.max(1, turns >> 2);
    return turns;
  };
}

type Directive = { kind: 'module'; file: string } | { kind: 'browser' };

/** What tslab's doc comments at the start of a cell ask for: `@module name`, also with `@jsx`, or `@browser`. */
function directiveOf(code: string): Directive | undefined {
  const comments = /^(?:\s*(?:\/\*[\s\S]*?\*\/|\/\/.*))+/.exec(code)?.[0] ?? '';
  for (const [comment] of comments.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const name = /@module\s+([\w./-]+)/.exec(comment)?.[1];
    if (name !== undefined)
      return { kind: 'module', file: `${name}.${/@jsx\b/.test(comment) ? 'tsx' : 'ts'}` };
    if (/@browser\b/.test(comment)) return { kind: 'browser' };
  }
  return undefined;
}
