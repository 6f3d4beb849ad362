// The names that a cell declares at its top level.
import type * as TypeScript from 'typescript-for-cells';

/** The compiler's library; handed in, so that this folder runs wherever it does. */
export type Ts = typeof TypeScript;

/**
 * How later cells see a name: `let` and `const` as variables, `type` as a type alone, and `both`, such as a class, as
 * an import, which is a value and a type.
 */
export type NameKind = 'let' | 'const' | 'both' | 'type';

/** What a top-level statement declares. */
export interface StatementNames {
  readonly names: ReadonlyMap<string, NameKind>;
  /** Whether the names exist from the start of the cell on: functions, imports and types. */
  readonly hoisted: boolean;
}

/** The names that a binding pattern introduces. */
export function boundNames(ts: Ts, pattern: TypeScript.BindingName): string[] {
  if (ts.isIdentifier(pattern)) return [pattern.text];
  return pattern.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(ts, element.name),
  );
}

/** What each top-level statement of a cell declares, in order. */
export function declaredNames(ts: Ts, source: TypeScript.SourceFile): StatementNames[] {
  return source.statements.map((statement) => {
    const names = new Map<string, NameKind>();
    const add = (name: string, kind: NameKind) => names.set(name, kind);
    if (ts.isImportDeclaration(statement)) addImports(ts, statement, add);
    else if (ts.isImportEqualsDeclaration(statement)) add(statement.name.text, 'both');
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      add(statement.name.text, 'type');
    else if (isNamed(ts, statement)) add(statement.name.text, 'both');
    else addVariables(ts, statement, add);
    const hoisted =
      ts.isFunctionDeclaration(statement) ||
      ts.isImportDeclaration(statement) ||
      [...names.values()].every((kind) => kind === 'type');
    return { names, hoisted };
  });
}

type Add = (name: string, kind: NameKind) => void;

/** Functions, classes, enums and namespaces with a name of their own. */
function isNamed(
  ts: Ts,
  statement: TypeScript.Statement,
): statement is TypeScript.Statement & { name: TypeScript.Identifier } {
  const { name } = statement as { name?: TypeScript.Node };
  if (name === undefined || !ts.isIdentifier(name)) return false;
  if (ts.isModuleDeclaration(statement)) return (statement.flags & ts.NodeFlags.GlobalAugmentation) === 0;
  return (
    ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)
  );
}

function addImports(ts: Ts, { importClause }: TypeScript.ImportDeclaration, add: Add): void {
  if (importClause?.name) add(importClause.name.text, 'both');
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) add(bindings.name.text, 'both');
  else for (const { name } of bindings.elements) add(name.text, 'both');
}

/** The statement's own variables, and every `var` in its blocks. */
function addVariables(ts: Ts, statement: TypeScript.Statement, add: Add): void {
  if (ts.isVariableStatement(statement)) {
    const { flags } = statement.declarationList;
    // `using` declares a constant, too
    const kind = (flags & ts.NodeFlags.Const) !== 0 || (flags & ts.NodeFlags.Using) !== 0 ? 'const' : 'let';
    for (const { name } of statement.declarationList.declarations)
      for (const bound of boundNames(ts, name)) add(bound, kind);
  }
  const visit = (node: TypeScript.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0)
      for (const { name } of node.declarations) for (const bound of boundNames(ts, name)) add(bound, 'let');
    ts.forEachChild(node, visit);
  };
  visit(statement);
}
