import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';

/**
 * The TypeScript files that a file imports or re-exports, by statements or by `import('…')`, and those that they do, in the
 * order in which they are reached: neither declarations, files of packages nor those that `isLeftOut` names.
 */
export function importedFiles(
  ts: Ts,
  program: TypeScript.Program,
  from: TypeScript.SourceFile,
  isLeftOut: (fileName: string) => boolean,
): TypeScript.SourceFile[] {
  const checker = program.getTypeChecker();
  const reached = new Set([from]);
  for (const file of reached)
    for (const specifier of specifiersIn(ts, file)) {
      const target = checker.getSymbolAtLocation(specifier)?.declarations?.find(ts.isSourceFile);
      if (!target || target.isDeclarationFile || program.isSourceFileFromExternalLibrary(target)) continue;
      if (!isLeftOut(target.fileName)) reached.add(target);
    }
  reached.delete(from);
  return [...reached].filter(({ fileName }) => /\.[cm]?tsx?$/.test(fileName));
}

function specifiersIn(ts: Ts, file: TypeScript.SourceFile): TypeScript.Expression[] {
  const found: TypeScript.Expression[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier) found.push(node.moduleSpecifier);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      found.push(...node.arguments.slice(0, 1));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
