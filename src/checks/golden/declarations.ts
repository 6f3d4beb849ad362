import { createRequire } from 'node:module';
import type * as TypeScript from '@tslab/typescript-for-tslab';

/** By name, the declaration of every export of a .d.ts file, on one line and without its comments. */
export function publicDeclarations(file: string): Record<string, string> {
  const ts: typeof TypeScript = createRequire(require.resolve('tslab'))('@tslab/typescript-for-tslab');
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: true });
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const declarationOf = (symbol: TypeScript.Symbol): string => {
    const resolved = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return resolved
      .declarations!.map((declaration) => {
        // a variable's declaration lacks its const
        const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
        return printer.printNode(ts.EmitHint.Unspecified, whole, whole.getSourceFile());
      })
      .join('; ')
      .replace(/\s+/g, ' ');
  };
  const entries = checker
    .getExportsOfModule(module)
    .map((symbol): [string, string] => [symbol.name, declarationOf(symbol)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
