// Compiles cells: one incremental TypeScript program, in which every cell that has run is a module that later ones
// import their names from. Knows nothing of Node: files and the choice of libraries are handed in.
import type * as TypeScript from 'typescript-for-cells';
import { type Completion, completionsAt, type Find } from './completion';
import { type Diagnostic, toDiagnostic } from './diagnostics';
import { importedFiles } from './importedFiles';
import { liveImports } from './liveImports';
import { declaredNames, type NameKind, type StatementNames, type Ts } from './names';
import { liveVariableName, variableName } from './riskyNames';
import { toScript } from './toScript';
import type { Transformed } from './transform';
import { type TranspiledFile, transpileFile } from './transpile';
import { declaredVariables, plainTypes, type Variable } from './variables';

/** The files that the compiler sees. Paths use slashes. */
export interface CellFiles {
  /** Where cells are: their relative imports start here. */
  readonly folder: string;
  /** TypeScript's own declarations: lib.es2023.d.ts and the like. */
  readonly libFolder: string;
  read(file: string): string | undefined;
  fileExists(file: string): boolean;
  directoryExists(folder: string): boolean;
  directories(folder: string): string[];
  /** The paths of the files in a folder. */
  filesIn(folder: string): string[];
  /** Changes when the file does; the same for as long as it does not. */
  version(file: string): string;
  realPath?(file: string): string;
}

/** What cells may use without importing it. */
export interface CellEnvironment {
  /** The names of TypeScript's libraries, for example `es2023`. */
  readonly libs: readonly string[];
  /** Declarations of the global names that most cells use. */
  readonly globals: string;
  /** Names that cells are likely to import, with the module that exports each. */
  exported(): ReadonlyMap<string, string>;
  /** Modules that a cell may import by name, besides installed packages. */
  readonly modules: readonly string[];
  /** Where declarations of everything else are, and the names that need them; instead of `globals`. */
  readonly whole:
    | { readonly types: string; readonly typeRoots: string[]; needs(code: string): boolean }
    | undefined;
  /** Whether types tell null and undefined from other values; those of cells do not. */
  readonly strictNullChecks?: boolean;
}

/** A cell that can be run. */
export interface CompiledCell {
  /** The body of a function with the parameter `$cell`, from its first line on. */
  readonly script: string;
  readonly isAsync: boolean;
  /** The modules that are to be loaded before it runs. */
  readonly imports: readonly string[];
  /** The variables that it assigns. */
  readonly variables: readonly string[];
  /** From the script to the cell's code, as JSON. */
  readonly sourceMap: string;
  /** Columns that precede the code in its first line. */
  readonly columnsBefore: number;
  /**
   * Takes note of how far it has run: the names whose declarations were reached are known from now on.
   * @param statements how many top-level statements have begun and ended; all of them where it did not fail
   */
  ran(statements: number): void;
}

export type Compilation = { cell: CompiledCell } | { diagnostics: Diagnostic[] };

export interface CellCompiler {
  /** Reads a module's declarations, and those of the language, before a cell needs them. */
  prepare(specifier: string | undefined): void;
  compile(code: string): Compilation;
  /** Adds a file, 'name.ts' or 'name.tsx', that cells import as './name'; returns what the compiler says about it. */
  addModule(name: string, code: string): Diagnostic[];
  /** The text of a module that was added. */
  moduleText(file: string): string | undefined;
  isComplete(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string };
  complete(code: string, position: number): Completion;
  inspect(code: string, position: number): TypeScript.QuickInfo | undefined;
  /** The variables that a cell declares. */
  variables(code: string): Variable[];
  /** A file that cells import, as it can be run. */
  transpile(file: string, text: string): TranspiledFile;
}

/** Whether a module is an earlier cell. */
const isCell = (specifier: string) => /^\.\/__cell\d+$/.test(specifier);

/** The code of "Cannot find module". */
const MODULE_NOT_FOUND = 2307;

/** Where the value of a name and its type come from. */
interface KnownName {
  /** The module of the cell that declared it. */
  module: string;
  kind: NameKind;
  /** Its type as `plainTypes` writes it; else it is that of the name in `module`. */
  type: string | undefined;
}

export function createCellCompiler(ts: Ts, disk: CellFiles, environment: CellEnvironment): CellCompiler {
  const { files, forget } = remembering(disk);
  const hint = (name: string) => {
    const module = environment.exported().get(name);
    return module && `'${name}' is exported by '${module}': import { ${name} } from '${module}'`;
  };
  const pathOf = (name: string) => `${files.folder}/${name}`;
  const current = pathOf('__cell.ts');
  const globalsFile = pathOf('__globals.d.ts');
  const importsFile = pathOf('__imports.d.ts');
  /** Files that are not on disk, by path. */
  const virtual = new Map<string, { version: number; text: string }>();
  const write = (file: string, text: string) => {
    virtual.set(file, { version: (virtual.get(file)?.version ?? 0) + 1, text });
  };
  write(globalsFile, environment.globals);
  write(current, 'export {};');
  write(importsFile, 'export {};');

  /** What cells have imported. The program keeps it, or a cell that does not mention it would have it read anew later. */
  const imported = new Set<string>();
  const keep = (specifiers: readonly string[]) => {
    const before = imported.size;
    for (const specifier of specifiers) if (!isCell(specifier)) imported.add(specifier);
    if (imported.size > before)
      write(importsFile, [...imported].map((name) => `import ${JSON.stringify(name)};`).join('\n'));
  };

  const known = new Map<string, KnownName>();
  /** Names that a cell has imported as variables which change: whatever they mean later, they are kept as such are. */
  const live = new Set<string>();
  /**
   * Files that belong to the program whether or not a cell imports them: modules written in cells, and cells that declare
   * something global or augment a module, which holds for all later ones.
   */
  const lasting = new Set<string>();
  let cells = 0;
  let whole = false;

  let options: TypeScript.CompilerOptions = compilerOptions(ts, environment);
  const useWhole = () => {
    if (whole || !environment.whole) return;
    whole = true;
    const { types, typeRoots } = environment.whole;
    options = { ...options, types: [types], typeRoots };
  };

  /** How often a file has lacked a module that it imports: for another version of it the module is looked for again. */
  const lacking = new Map<string, number>();
  let transform: TypeScript.CustomTransformers | undefined;
  const snapshots = new Map<string, { version: string; snapshot: TypeScript.IScriptSnapshot }>();
  const host: TypeScript.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...(whole ? [] : [globalsFile]), importsFile, current, ...lasting],
    getScriptVersion: (file) =>
      `${virtual.get(file)?.version ?? files.version(file)} ${lacking.get(file) ?? 0}`,
    getScriptSnapshot(file) {
      const version = this.getScriptVersion(file);
      const cached = snapshots.get(file);
      if (cached?.version === version) return cached.snapshot;
      const text = virtual.get(file)?.text ?? files.read(file);
      if (text === undefined) return undefined;
      const snapshot = ts.ScriptSnapshot.fromString(text);
      snapshots.set(file, { version, snapshot });
      return snapshot;
    },
    getCurrentDirectory: () => files.folder,
    getDefaultLibFileName: (settings) => `${files.libFolder}/${ts.getDefaultLibFileName(settings)}`,
    fileExists: (file) => virtual.has(file) || files.fileExists(file),
    readFile: (file) => virtual.get(file)?.text ?? files.read(file),
    directoryExists: files.directoryExists,
    getDirectories: files.directories,
    readDirectory: (folder, extensions = []) =>
      files.filesIn(folder).filter((file) => extensions.some((end) => file.endsWith(end))),
    ...(files.realPath && { realpath: (file: string) => (virtual.has(file) ? file : files.realPath!(file)) }),
    getCustomTransformers: () => transform,
  };
  const newService = () => ts.createLanguageService(host, ts.createDocumentRegistry(true));
  let service = newService();
  /** Whether a compilation is under way, or did not end: it was terminated by an interrupt, or the compiler failed. */
  let unfinished = false;
  const begin = () => {
    forget();
    if (!unfinished) return;
    service = newService(); // the other may have been left amid anything
    transform = undefined;
    unfinished = false;
  };

  /**
   * What is put behind a cell's code: the names of earlier cells that it mentions, or all of them, and what it
   * declares, exported.
   */
  const suffix = (
    code: string,
    source: TypeScript.SourceFile,
    statements: readonly StatementNames[],
    { all = false } = {},
  ) => {
    const own = new Map(statements.flatMap(({ names }) => [...names]));
    const lines: string[] = [];
    const words = new Set(code.match(/[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Nd}$_]*/gu));
    for (const [name, { module, kind, type }] of known) {
      if (own.has(name) || !(all || words.has(name))) continue;
      if (kind === 'type') lines.push(`import type { ${name} } from '${module}';`);
      else if (kind === 'both') lines.push(`import { ${name} } from '${module}';`);
      else lines.push(`declare ${kind} ${name}${type ?? `: typeof import('${module}').${name}`};`);
    }
    const exported = exportedNames(ts, source);
    const toExport = [...own.keys()].filter((name) => !exported.has(name));
    return `\n;${lines.join('')}export { ${toExport.join(', ')} };`;
  };

  /** The files on disk that the cell imports. */
  const filesOfCell = () => {
    const program = service.getProgram()!;
    return importedFiles(ts, program, program.getSourceFile(current)!, (file) => virtual.has(file));
  };
  /** Sets of files, each with its version, in which nothing was found. */
  const correct = new Set<string>();
  const errorsOfFiles = (names: readonly string[]) => {
    const versions = names.map((name) => `${name} ${host.getScriptVersion(name)}`).join('\n');
    if (correct.has(versions)) return [];
    const found = names.flatMap((name) => [
      ...service.getSyntacticDiagnostics(name),
      ...service.getSemanticDiagnostics(name),
    ]);
    if (found.length === 0) correct.add(versions);
    for (const { code, file } of found)
      if (code === MODULE_NOT_FOUND) lacking.set(file!.fileName, (lacking.get(file!.fileName) ?? 0) + 1);
    return found;
  };

  const compile = (cellCode: string): Compilation => {
    begin();
    unfinished = true;
    let compilation: Compilation;
    try {
      compilation = compileCell(cellCode);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { message } = error;
      throw new RangeError(
        `the cell is nested too deeply, or a term in it is too long, for TypeScript: ${message}`,
      );
    }
    unfinished = false;
    return compilation;
  };

  const compileCell = (cellCode: string): Compilation => {
    const { code, columnsBefore } = asExpression(ts, cellCode);
    const parsed = ts.createSourceFile(current, code, ts.ScriptTarget.Latest, true);
    const syntax = syntaxErrors(parsed);
    const describe = (found: readonly TypeScript.Diagnostic[]) => ({
      diagnostics: found.map((one) => toDiagnostic(ts, one, { file: current, code, columnsBefore, hint })),
    });
    if (syntax.length > 0) return describe(syntax);
    if (environment.whole?.needs(code)) useWhole();
    const statements = declaredNames(ts, parsed);
    const text = code + suffix(code, parsed, statements);
    write(current, text);
    const beside = filesOfCell();
    if (beside.some(({ text }) => environment.whole?.needs(text))) useWhole();
    const found = [...service.getSyntacticDiagnostics(current), ...service.getSemanticDiagnostics(current)];
    if (found.length === 0) found.push(...errorsOfFiles(beside.map(({ fileName }) => fileName)));
    if (found.length > 0) return describe(found);

    const result: Transformed = { variables: new Set(), imports: [], isAsync: false };
    const checker = service.getProgram()!.getTypeChecker();
    const types = plainTypes(ts, service.getProgram()!, current);
    const last = parsed.statements.at(-1);
    const own = service.getProgram()!.getSourceFile(current)!.statements.slice(0, statements.length);
    const bound = liveImports(ts, checker, own);
    const variable = (name: string) =>
      bound.has(name) || live.has(name) ? liveVariableName(name) : variableName(name);
    transform = {
      after: [
        toScript(
          ts,
          {
            names: new Set(statements.flatMap(({ names }) => [...names.keys()])),
            isCell,
            statementAt: (position) => parsed.statements.findIndex(({ end }) => position < end),
            valueAt: last && ts.isExpressionStatement(last) ? last.pos : undefined,
            isVariable: (identifier) => isCellVariable(ts, checker, identifier, current),
            variableName: variable,
            isLive: ({ text }) => bound.has(text),
          },
          result,
        ),
      ],
    };
    const { outputFiles } = service.getEmitOutput(current);
    transform = undefined;
    const output = (end: string) => outputFiles.find(({ name }) => name.endsWith(end))!.text;
    keep(importsOf(ts, parsed));
    const module = `./__cell${++cells}`;
    return {
      cell: {
        script: output('.js').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'),
        isAsync: result.isAsync,
        imports: result.imports,
        variables: [...result.variables].map(variable),
        sourceMap: output('.map'),
        columnsBefore,
        ran(reached) {
          statements.forEach(({ names, hoisted }, i) => {
            if (!hoisted && i >= reached) return;
            for (const [name, kind] of names) known.set(name, { module, kind, type: types.get(name) });
          });
          for (const name of bound) live.add(name);
          const file = pathOf(`${module.slice(2)}.ts`);
          write(file, text);
          if (augments(ts, parsed)) lasting.add(file);
        },
      },
    };
  };

  /** Has the service look at half-written code. */
  const look = (code: string, options: { all?: boolean } = {}) => {
    begin();
    const parsed = ts.createSourceFile(current, code, ts.ScriptTarget.Latest, true);
    if (environment.whole?.needs(code)) useWhole();
    write(current, code + suffix(code, parsed, declaredNames(ts, parsed), options));
  };

  return {
    compile,
    prepare(specifier) {
      begin();
      if (specifier !== undefined) keep([specifier]);
      service.getSemanticDiagnostics(current);
    },
    addModule(name, code) {
      const file = pathOf(name);
      write(file, code);
      lasting.add(file);
      const found = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
      return found.map((one) => toDiagnostic(ts, one, { file, code, columnsBefore: 0 }));
    },
    moduleText: (file) => virtual.get(file)?.text,
    isComplete: (code) => isComplete(ts, code),
    complete(code, position) {
      const find: Find = () => {
        look(code, { all: true }); // a name that is begun is not yet mentioned
        return service.getCompletionsAtPosition(current, position, {});
      };
      return completionsAt(code, position, find, environment);
    },
    inspect(code, position) {
      look(code);
      return service.getQuickInfoAtPosition(current, position);
    },
    variables(code) {
      look(code);
      return declaredVariables(ts, service.getProgram()!, current);
    },
    transpile: (file, text) => transpileFile(ts, file, text),
  };
}

/** The same files, each asked about only once until they are forgotten: a cell asks about some a dozen times. */
function remembering(disk: CellFiles): { files: CellFiles; forget: () => void } {
  const memories: Map<string, unknown>[] = [];
  const once = <T>(ask: (file: string) => T): ((file: string) => T) => {
    const known = new Map<string, T>();
    memories.push(known);
    return (file) => {
      if (!known.has(file)) known.set(file, ask(file));
      return known.get(file)!;
    };
  };
  const { folder, libFolder, read, filesIn, realPath } = disk;
  return {
    files: {
      ...{ folder, libFolder, read, filesIn },
      fileExists: once(disk.fileExists),
      directoryExists: once(disk.directoryExists),
      directories: once(disk.directories),
      version: once(disk.version),
      ...(realPath && { realPath: once(realPath) }),
    },
    forget() {
      for (const known of memories) known.clear();
    },
  };
}

function compilerOptions(
  ts: Ts,
  { libs, strictNullChecks = false }: CellEnvironment,
): TypeScript.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022, // Node 20 lacks `using`
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: libs.map((name) => `lib.${name}.d.ts`),
    types: [],
    strict: false,
    strictNullChecks,
    esModuleInterop: true,
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    noEmit: false,
    allowJs: true,
    checkJs: false,
    maxNodeModuleJsDepth: 0,
    skipLibCheck: true,
    sourceMap: true,
    preserveConstEnums: true,
    useDefineForClassFields: true,
    jsx: ts.JsxEmit.React,
  };
}

/** What the parser found; the compiler offers it for files of a program alone. */
function syntaxErrors(source: TypeScript.SourceFile): TypeScript.DiagnosticWithLocation[] {
  return (source as unknown as { parseDiagnostics: TypeScript.DiagnosticWithLocation[] }).parseDiagnostics;
}

/** A cell such as `{ a: 1, b: 2 }` means an object, not a block with labels; as in Node's REPL. */
function asExpression(ts: Ts, code: string): { code: string; columnsBefore: number } {
  const trimmed = code.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return { code, columnsBefore: 0 };
  const start = code.indexOf('{');
  const end = code.lastIndexOf('}') + 1;
  const wrapped = `${code.slice(0, start)}(${code.slice(start, end)})${code.slice(end)}`;
  const parsed = ts.createSourceFile('cell.ts', wrapped, ts.ScriptTarget.Latest);
  const isOne = syntaxErrors(parsed).length === 0;
  const firstLine = code.slice(0, start).includes('\n') ? 0 : 1;
  return isOne ? { code: wrapped, columnsBefore: firstLine } : { code, columnsBefore: 0 };
}

/** The names that the cell exports itself. */
function exportedNames(ts: Ts, source: TypeScript.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      for (const { name } of statement.exportClause.elements) names.add(name.text);
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const isDefault =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (!exported || isDefault) continue;
    const single = ts.createSourceFile('x.ts', statement.getText(source), ts.ScriptTarget.Latest, true);
    for (const { names: own } of declaredNames(ts, single)) for (const name of own.keys()) names.add(name);
  }
  return names;
}

function importsOf(ts: Ts, source: TypeScript.SourceFile): string[] {
  return source.statements.flatMap((statement) =>
    ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)
      ? [statement.moduleSpecifier.text]
      : [],
  );
}

function augments(ts: Ts, source: TypeScript.SourceFile): boolean {
  return source.statements.some(
    (statement) =>
      ts.isModuleDeclaration(statement) &&
      ((statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0 || ts.isStringLiteral(statement.name)),
  );
}

/** Whether an identifier of the emitted code means something that a cell declares at its top level. */
function isCellVariable(
  ts: Ts,
  checker: TypeScript.TypeChecker,
  identifier: TypeScript.Identifier,
  cellFile: string,
): boolean {
  const original = ts.getOriginalNode(identifier);
  const name = original.pos >= 0 ? original : undefined;
  const source = name?.getSourceFile();
  if (!name || source?.fileName !== cellFile) return false; // made by the compiler
  const symbol = ts.isShorthandPropertyAssignment(name.parent)
    ? checker.getShorthandAssignmentValueSymbol(name.parent)
    : checker.getSymbolAtLocation(name);
  const inCell = (declaration: TypeScript.Declaration) => declaration.getSourceFile().fileName === cellFile;
  return (
    symbol?.declarations?.some((declaration) => inCell(declaration) && isAtTopLevel(ts, declaration)) ?? false
  );
}

function isAtTopLevel(ts: Ts, declaration: TypeScript.Declaration): boolean {
  const scoped = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.BlockScoped) !== 0;
  for (let scope = declaration.parent; !ts.isSourceFile(scope); scope = scope.parent) {
    if (ts.isFunctionLike(scope) || ts.isClassLike(scope) || ts.isCatchClause(scope)) return false;
    if (ts.isModuleBlock(scope)) return false;
    if (scoped && (ts.isBlock(scope) || ts.isCaseBlock(scope) || ts.isIterationStatement(scope, false)))
      return false;
  }
  return true;
}

const openAtEnd = new Set([1002, 1010, 1160, 1161]); // unterminated string, comment, template, regular expression

function isComplete(
  ts: Ts,
  code: string,
): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
  const parsed = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const [first] = syntaxErrors(parsed);
  if (first === undefined) return { status: 'complete' };
  const atEnd = first.start + first.length >= code.trimEnd().length;
  const isOpen = openAtEnd.has(first.code)
    ? first.code !== 1002
    : atEnd && first.start >= code.trimEnd().length;
  if (!isOpen) return { status: 'invalid' };
  const lastLine = code.trimEnd().split('\n').at(-1)!;
  const indent = /^\s*/.exec(lastLine)![0] + (/[{([]\s*$/.test(lastLine) ? '  ' : '');
  return { status: 'incomplete', indent };
}
