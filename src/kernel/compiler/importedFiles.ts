import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';

/**
 * The TypeScript files that a file imports or re-exports, and those that they do, in the order in which they are reached:
 * neither declarations nor files of packages.
 */
export function importedFiles(
  ts: Ts,
  program: TypeScript.Program,
  from: TypeScript.SourceFile,
): TypeScript.SourceFile[] {
  const checker = program.getTypeChecker();
  const reached = new Set([from]);
  for (const file of reached)
    for (const statement of file.statements) {
      if (!(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))) continue;
      const symbol = statement.moduleSpecifier && checker.getSymbolAtLocation(statement.moduleSpecifier);
      const target = symbol?.declarations?.find(ts.isSourceFile);
      if (target && !target.isDeclarationFile && !program.isSourceFileFromExternalLibrary(target))
        reached.add(target);
    }
  reached.delete(from);
  return [...reached].filter(({ fileName }) => /\.[cm]?tsx?$/.test(fileName));
}
