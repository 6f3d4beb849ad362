import type * as TypeScript from 'typescript-for-cells';

/** What is learned while a cell is transformed. */
export interface Transformed {
  /** The variables that its code assigns. */
  variables: Set<string>;
  /** The modules that it imports, in order; their values are `$cell.modules[i]`. */
  imports: string[];
  isAsync: boolean;
}

export interface TransformOptions {
  /** What the cell declares. */
  names: ReadonlySet<string>;
  /** Whether a module is an earlier cell, whose names are variables already. */
  isCell(specifier: string): boolean;
  /** The top-level statement, by its number, to which a position in the cell belongs. */
  statementAt(position: number): number;
  /** The position of the expression whose value is the cell's, if it ends in one. */
  valueAt: number | undefined;
  /** Whether a name at a position means a variable of this or an earlier cell. */
  isVariable(identifier: TypeScript.Identifier): boolean;
  /** The name of the variable that holds a cell's `name`. */
  variableName(name: string): string;
  /** Whether the name that an import declares means a variable that its module may assign. */
  isLive(imported: TypeScript.Identifier): boolean;
}

/** The top-level statements of a cell's code. */
export type Statements = readonly TypeScript.Statement[];
