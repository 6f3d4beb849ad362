// The variables of a cell and their types, as text.
import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';

/** A variable that a cell declares. */
export interface Variable {
  readonly name: string;
  readonly kind: 'let' | 'const';
  /** What may be assigned to it: its annotation, or what `let` would infer. */
  readonly type: string;
  /** Whether all values of the type are strings, or null. */
  readonly isString: boolean;
  readonly isNullable: boolean;
}

/** The variables that a module exports, with the symbol of each. */
function exportedVariables(
  ts: Ts,
  checker: TypeScript.TypeChecker,
  source: TypeScript.SourceFile,
): [name: string, TypeScript.Symbol][] {
  const module = checker.getSymbolAtLocation(source);
  return (module ? checker.getExportsOfModule(module) : [])
    .map((symbol): [string, TypeScript.Symbol] => [
      symbol.name,
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    ])
    .filter(([, symbol]) => (symbol.flags & ts.SymbolFlags.Variable) !== 0);
}

/** The variables that a cell declares, in order. */
export function declaredVariables(ts: Ts, program: TypeScript.Program, file: string): Variable[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  return exportedVariables(ts, checker, source).flatMap(([name, symbol]) => {
    const declaration = ts.findAncestor(symbol.valueDeclaration, ts.isVariableDeclaration);
    if (declaration?.getSourceFile() !== source) return []; // imported
    const own = checker.getTypeOfSymbolAtLocation(symbol, source);
    const type = declaration.type ? own : checker.getBaseTypeOfLiteralType(own);
    const members = type.isUnion() ? type.types : [type];
    const isConst = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
    return {
      name,
      kind: isConst ? 'const' : 'let',
      type: textOf(ts, checker, type),
      isString: members.every(({ flags }) => (flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Null)) !== 0),
      isNullable: members.some(({ flags }) => (flags & ts.TypeFlags.Null) !== 0),
    };
  });
}

function textOf(ts: Ts, checker: TypeScript.TypeChecker, type: TypeScript.Type): string {
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

const plainType =
  /^(?:number|string|boolean|bigint|any|null|undefined|true|false|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*")(?:\[\])*$/;

/**
 * What is to follow the name of a cell's export where it is declared anew, such as `: number[]`, for the types that can be
 * written without a name: numbers, strings and the like, and arrays of them. Others are looked up in the cell, which looks up
 * those that it depends on, and so on: a chain that grows cell by cell.
 *
 * A constant without an annotation gets its value, as in ` = 64`: for `let copy = constant` to be a number, not 64 alone.
 */
export function plainTypes(ts: Ts, program: TypeScript.Program, file: string): Map<string, string> {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const types = new Map<string, string>();
  for (const [name, symbol] of exportedVariables(ts, checker, source)) {
    const type = checker.getTypeOfSymbolAtLocation(symbol, source);
    const text = textOf(ts, checker, type);
    const isFresh = (type as TypeScript.FreshableType).freshType === type;
    if (plainType.test(text)) types.set(name, isFresh ? ` = ${text}` : `: ${text}`);
  }
  return types;
}
