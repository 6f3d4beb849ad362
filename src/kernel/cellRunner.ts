// Compiles cells and runs them in this process, one script after another.
import { runInThisContext } from 'node:vm';
import { runOutsideCells } from './cells';
import { type CellCompiler, type CompiledCell, createCellCompiler } from './compiler/cellCompiler';
import type { Diagnostic } from './compiler/diagnostics';
import type { Ts } from './compiler/names';
import { type CellScope, scopeParameter } from './compiler/scope';
import { type InterruptState, markScript } from './interrupt';
import { nodeEnvironment } from './node/environment';
import { nodeFiles } from './node/files';
import { cellModules } from './node/modules';
import { addCellScript, addFileScript } from './node/scripts';

/** What became of a cell. */
export type Outcome =
  | { kind: 'value'; value: unknown }
  | { kind: 'thrown'; error: unknown }
  | { kind: 'diagnostics'; diagnostics: Diagnostic[] }
  | { kind: 'givenUp' };

export interface CellRunner {
  /** Reads declarations that cells are likely to need. */
  prepare: CellCompiler['prepare'];
  /** Compiles and runs a cell; stack traces call it by `count`. The value is the last expression's. */
  execute(code: string, count: number): Promise<Outcome>;
  /** Ends the execution at once, though the cell's asynchronous work goes on. */
  giveUp(): void;
  isComplete: CellCompiler['isComplete'];
  complete: CellCompiler['complete'];
  inspect: CellCompiler['inspect'];
}

const parameters = `${scopeParameter}, require, module, exports, __filename, __dirname`;
/** A variable of the script scope by which a script gets its arguments. */
const argumentsName = '$fracmomentArguments';

/** Between two looks for an interrupt lie some milliseconds: more turns where they are quick, fewer where they are slow. */
const MOST_TURNS = 1024;

/** @param throwIfInterrupted throws if the executing cell was interrupted */
export function createCellRunner(interruptState: InterruptState, throwIfInterrupted: () => void): CellRunner {
  const folder = process.cwd();
  const ts = require('typescript-for-cells') as Ts;
  const compiler = createCellCompiler(ts, nodeFiles(folder), nodeEnvironment());
  const modules = cellModules(folder, {
    transpile: compiler.transpile,
    virtual: compiler.moduleText,
    compiled: addFileScript,
  });
  const declared = new Set<string>();
  runInThisContext(`let ${argumentsName}`);
  const setArguments = runInThisContext(`(value) => { ${argumentsName} = value; }`) as (
    value: unknown[],
  ) => void;

  let giveUp: () => void = () => {};
  const check = turnsUntilNextLook(throwIfInterrupted);
  const scopeOf = (loaded: unknown[]): CellScope => ({
    modules: loaded,
    reached: 0,
    meta: modules.meta,
    import: async (specifier) => modules.load(String(specifier)),
    check,
    resumed(value) {
      throwIfInterrupted();
      return value;
    },
  });

  const run = (cell: CompiledCell, name: string, scope: CellScope): unknown => {
    const fresh = cell.variables.filter((variable) => !declared.has(variable));
    if (fresh.length > 0) runInThisContext(`let ${fresh.join(', ')};`);
    for (const variable of fresh) declared.add(variable);
    const { filename, dirname } = modules.meta as { filename: string; dirname: string };
    const own = { exports: {} };
    setArguments([scope, modules.require, own, own.exports, filename, dirname]);
    const wrapped = `(${cell.isAsync ? 'async ' : ''}function (${parameters}) { "use strict";\n${cell.script}\n})(...${argumentsName})`;
    markScript(interruptState, true);
    try {
      return runInThisContext(wrapped, { filename: name, breakOnSigint: true });
    } finally {
      markScript(interruptState, false);
    }
  };

  async function execute(code: string, count: number): Promise<Outcome> {
    const directive = directiveOf(code);
    if (directive?.kind === 'browser')
      return { kind: 'thrown', error: new Error("tslab's browser mode (/** @browser */) is not supported") };
    if (directive?.kind === 'module') {
      const diagnostics = runOutsideCells(() => compiler.addModule(directive.name, code));
      return diagnostics.length > 0
        ? { kind: 'diagnostics', diagnostics }
        : { kind: 'value', value: undefined };
    }
    modules.forgetChanged();
    const compilation = runOutsideCells(() => compiler.compile(code));
    if ('diagnostics' in compilation) return { kind: 'diagnostics', diagnostics: compilation.diagnostics };
    const { cell } = compilation;
    const name = `fracmoment-cell-${count}-${++scriptNumber}`;
    const { sourceMap: map, columnsBefore } = cell;
    addCellScript(name, { count, code, javaScript: cell.script, map, linesBefore: 1, columnsBefore });

    let givenUp = false;
    const end = new Promise<void>((resolve) => {
      giveUp = () => {
        givenUp = true;
        resolve();
      };
    });
    let scope: CellScope | undefined;
    try {
      const loaded: unknown[] = [];
      for (const specifier of cell.imports) {
        const module = modules.load(specifier);
        loaded.push(module instanceof Promise ? await Promise.race([module, end]) : module);
        if (givenUp) return { kind: 'givenUp' };
      }
      scope = scopeOf(loaded);
      const result = run(cell, name, scope);
      if (cell.isAsync) await Promise.race([result, end]);
      if (givenUp) {
        cell.ran(scope.reached);
        return { kind: 'givenUp' };
      }
      cell.ran(Number.POSITIVE_INFINITY);
      return { kind: 'value', value: scope.value };
    } catch (error) {
      if (scope) cell.ran(scope.reached);
      return { kind: 'thrown', error };
    }
  }

  return {
    execute,
    giveUp: () => giveUp(),
    prepare: (specifier) => runOutsideCells(() => compiler.prepare(specifier)),
    isComplete: compiler.isComplete,
    complete: compiler.complete,
    inspect: compiler.inspect,
  };
}

let scriptNumber = 0;

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

type Directive = { kind: 'module'; name: string } | { kind: 'browser' };

/** What tslab's doc comments at the start of a cell ask for: `@module name` or `@browser`. */
function directiveOf(code: string): Directive | undefined {
  const comments = /^(?:\s*(?:\/\*[\s\S]*?\*\/|\/\/.*))+/.exec(code)?.[0] ?? '';
  for (const [comment] of comments.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const name = /@module\s+([\w./-]+)/.exec(comment)?.[1];
    if (name !== undefined) return { kind: 'module', name };
    if (/@browser\b/.test(comment)) return { kind: 'browser' };
  }
  return undefined;
}
