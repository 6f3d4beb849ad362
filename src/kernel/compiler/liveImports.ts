import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';

/**
 * The names that statements import and that mean variables, no constants: their modules may assign them.
 * @param statements of a file that `checker` knows
 */
export function liveImports(
  ts: Ts,
  checker: TypeScript.TypeChecker,
  statements: readonly TypeScript.Statement[],
): ReadonlySet<string> {
  const isLive = (name: TypeScript.Identifier): boolean => {
    const symbol = checker.getSymbolAtLocation(name);
    if (!symbol || (symbol.flags & ts.SymbolFlags.Alias) === 0) return false;
    const declaration = checker.getAliasedSymbol(symbol).valueDeclaration;
    if (!declaration || !(ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)))
      return false;
    const { Const, Using } = ts.NodeFlags;
    return (ts.getCombinedNodeFlags(declaration) & (Const | Using)) === 0;
  };
  const names = statements.filter(ts.isImportDeclaration).flatMap(({ importClause }) => {
    if (!importClause || importClause.isTypeOnly) return [];
    const { name, namedBindings } = importClause;
    const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
    return [
      ...(name ? [name] : []),
      ...named.filter(({ isTypeOnly }) => !isTypeOnly).map((element) => element.name),
    ];
  });
  return new Set(names.filter(isLive).map(({ text }) => text));
}
