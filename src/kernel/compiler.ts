// tslab's compiler and executor, with additions to the code of cells: it can be interrupted, its stack traces tell lines
// of the cell instead of lines of the JavaScript made from it, and `{ width }` may mean a variable of an earlier cell.
import { createRequire, SourceMap, type SourceMapPayload } from 'node:module';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import type { Converter, isCompleteCode, Diagnostic as TslabDiagnostic } from 'tslab/dist/converter';
import type { Executor } from 'tslab/dist/executor';
import { runOutsideCells } from './cells';
import { markScript } from './interrupt';
import { type InterruptChecks, makeInterruptible, provideInterruptChecks } from './interruptible';
import { tellPropertiesFromVariables } from './propertyNames';

export interface Diagnostic {
  /** Line and column of its start and end, from 1. */
  start: { line: number; column: number };
  end: { line: number; column: number };
  /** The module at fault, if it is not the cell. */
  file: string | undefined;
  message: string;
}

/** What became of a cell. */
export type Outcome =
  | { kind: 'value'; value: unknown }
  | { kind: 'thrown'; error: unknown }
  | { kind: 'diagnostics'; diagnostics: Diagnostic[] }
  | { kind: 'givenUp' };

export interface Compiler {
  /** Compiles and runs a cell; stack traces call it by `count`. The value is the last expression's. */
  execute(code: string, count: number): Promise<Outcome>;
  /** Ends the execution at once, though the cell's asynchronous work goes on. */
  giveUp(): void;
  isComplete: typeof isCompleteCode;
  complete: Executor['complete'];
  inspect: Executor['inspect'];
}

/** tslab's first line before a cell's code, to make a module of it. */
const LINES_BEFORE_CELL = 1;
/** What tslab's executor puts before the JavaScript, in its first line. */
const WRAPPER = '(function(exports, require) { ';
const ASYNC_WRAPPER = '(async function(exports, require) { ';

interface CellScript {
  count: number;
  columnsBefore: number;
  lines: number;
  maps: SourceMap[];
}

/** A place in a cell, lines and columns from 1. */
export interface CellPosition {
  /** The number in front of the cell. */
  count: number;
  line: number;
  column: number;
}

const scripts = new Map<string, CellScript>();

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

function sourceMap(json: string): SourceMap {
  return new SourceMap(JSON.parse(json) as SourceMapPayload);
}

interface Compilation {
  /** From the JavaScript back to the cell. */
  maps: SourceMap[];
  hasTopLevelForAwait: boolean;
}

/**
 * Gives tslab a TypeScript that adds to what it is asked for; tslab's modules must not have been loaded before.
 * tslab compiles a cell twice, TypeScript to ES modules and those, with `transpileModule`, to CommonJS.
 * Returns how to learn about the latest compilation.
 */
function extendTypeScript(path: string): () => Compilation {
  const ts = require(path) as typeof TypeScript;
  type CreateHost = (files: string[], options: TypeScript.CompilerOptions, ...rest: unknown[]) => unknown;
  const createHost = ts.createWatchCompilerHost as unknown as CreateHost;
  const createProgram = ts.createWatchProgram as unknown as (
    host: TypeScript.WatchCompilerHost<TypeScript.BuilderProgram>,
  ) => TypeScript.Watch<TypeScript.BuilderProgram>;
  let latest: Compilation = { maps: [], hasTopLevelForAwait: false };
  const extended: Partial<typeof TypeScript> = {
    createWatchCompilerHost: ((files: string[], options: TypeScript.CompilerOptions, ...rest: unknown[]) =>
      createHost(
        files,
        { ...options, inlineSourceMap: true },
        ...rest,
      )) as unknown as typeof ts.createWatchCompilerHost,
    createWatchProgram: ((host: TypeScript.WatchCompilerHost<TypeScript.BuilderProgram>) => {
      const { afterProgramCreate } = host;
      host.afterProgramCreate = (builder) => {
        tellPropertiesFromVariables(ts, builder);
        afterProgramCreate?.(builder);
      };
      return createProgram(host);
    }) as unknown as typeof ts.createWatchProgram,
    transpileModule(input, options) {
      const compilation: Compilation = { maps: [], hasTopLevelForAwait: false };
      const checks = makeInterruptible(ts, () => {
        compilation.hasTopLevelForAwait = true;
      });
      const output = ts.transpileModule(input.replace(INLINE_MAP, ''), {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
        transformers: { before: [checks] },
      });
      const toTypeScript = INLINE_MAP.exec(input)?.[1];
      if (toTypeScript !== undefined && output.sourceMapText !== undefined)
        compilation.maps = [
          sourceMap(output.sourceMapText),
          sourceMap(Buffer.from(toTypeScript, 'base64').toString()),
        ];
      latest = compilation;
      return { ...output, outputText: output.outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n') };
    },
  };
  require.cache[path]!.exports = { ...ts, ...extended };
  return () => latest;
}

function convertDiagnostics(diagnostics: readonly TslabDiagnostic[]): Diagnostic[] {
  const converted: Diagnostic[] = [];
  const at = ({ line, character }: TslabDiagnostic['start']) => ({ line: line + 1, column: character + 1 });
  let previous: TslabDiagnostic | undefined;
  for (const diagnostic of diagnostics) {
    // tslab reports the links of a chain of messages one by one
    const continues =
      previous?.start.offset === diagnostic.start.offset && previous.end.offset === diagnostic.end.offset;
    const last = converted.at(-1);
    if (continues && last) last.message += `\n  ${diagnostic.messageText}`;
    else {
      const { start, end, fileName, messageText } = diagnostic;
      converted.push({ start: at(start), end: at(end), file: fileName, message: messageText });
    }
    previous = diagnostic;
  }
  return converted;
}

/** Loads tslab, which takes a second, for the working directory. */
export function createCompiler(checks: InterruptChecks): Compiler {
  const tslabRequire = createRequire(require.resolve('tslab'));
  const latestCompilation = extendTypeScript(tslabRequire.resolve('@tslab/typescript-for-tslab'));
  const { createConverter, isCompleteCode } =
    require('tslab/dist/converter') as typeof import('tslab/dist/converter');
  const { createExecutor } = require('tslab/dist/executor') as typeof import('tslab/dist/executor');

  let count = 0;
  let diagnostics: TslabDiagnostic[] = [];
  let value: unknown;
  let thrown: { error: unknown } | undefined;
  let givenUp = false;

  const converter = createConverter();
  const cellConverter: Converter = {
    ...converter,
    convert(previousDeclarations, code) {
      const result = runOutsideCells(() => converter.convert(previousDeclarations, code));
      diagnostics = result.diagnostics;
      if (result.output !== undefined) {
        const { maps, hasTopLevelForAwait } = latestCompilation();
        const name = `fracmoment-cell-${scripts.size + 1}`;
        const isAsync = result.hasToplevelAwait === true || hasTopLevelForAwait;
        result.hasToplevelAwait = isAsync;
        scripts.set(name, {
          count,
          columnsBefore: (isAsync ? ASYNC_WRAPPER : WRAPPER).length,
          lines: result.output.split('\n').length,
          maps,
        });
        result.output += `\n//# sourceURL=${name}`;
        markScript(checks.interruptState, true);
      }
      return result;
    },
    addModule(...module) {
      diagnostics = runOutsideCells(() => converter.addModule(...module));
      return diagnostics;
    },
  };
  const executor = createExecutor(
    process.cwd(),
    { node: cellConverter, browser: cellConverter, close: () => converter.close() },
    {
      log: (last: unknown) => {
        value = last;
      },
      error: (error: unknown, ...diagnostic: unknown[]) => {
        if (diagnostic.length === 0) thrown = { error };
      },
    },
  );
  provideInterruptChecks(checks);

  return {
    async execute(code, executionCount) {
      count = executionCount;
      diagnostics = [];
      value = undefined;
      thrown = undefined;
      givenUp = false;
      try {
        const execution = executor.execute(code);
        markScript(checks.interruptState, false);
        await execution;
      } catch (error) {
        thrown = { error };
      }
      if (diagnostics.length > 0)
        return { kind: 'diagnostics', diagnostics: convertDiagnostics(diagnostics) };
      if (givenUp) return { kind: 'givenUp' };
      return thrown ? { kind: 'thrown', ...(thrown as { error: unknown }) } : { kind: 'value', value };
    },
    giveUp() {
      givenUp = true;
      executor.interrupt();
    },
    isComplete: isCompleteCode,
    complete: executor.complete,
    inspect: executor.inspect,
  };
}

/** Whether a stack frame's script is a cell's. */
export function isCellScript(name: string): boolean {
  return scripts.has(name);
}

/** Where in a cell a place in its JavaScript comes from, lines and columns from 1; undefined for what tslab adds. */
export function cellPosition(name: string, line: number, column: number): CellPosition | undefined {
  const script = scripts.get(name);
  if (!script || line > script.lines) return undefined;
  let at = { line: line - 1, column: column - 1 - (line === 1 ? script.columnsBefore : 0) };
  for (const map of script.maps) {
    const entry = map.findEntry(at.line, at.column);
    if (!('originalLine' in entry)) return undefined;
    at = { line: entry.originalLine, column: entry.originalColumn };
  }
  return { count: script.count, line: at.line + 1 - LINES_BEFORE_CELL, column: at.column + 1 };
}
