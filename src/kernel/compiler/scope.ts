// What the code of cells refers to: the object behind the parameter of its function.
import type * as TypeScript from 'typescript-for-cells';

/** The name of the parameter. */
export const scopeParameter = '$cell';

/** What the code of a cell needs. */
export interface CellScope {
  /** The modules that it imports, in order. */
  modules: unknown[];
  /** How many top-level statements have ended. */
  reached: number;
  /** The value of the last expression. */
  value?: unknown;
  meta: object;
  /** Has a variable of cells be whatever `read` gives, until it is assigned. */
  bind(variable: string, read: () => unknown): void;
  import(specifier: unknown): Promise<unknown>;
  /** Throws if the cell was interrupted; returns how many turns of a loop there are until the next call. */
  check(): number;
  /** The value after an await; throws if the cell was interrupted meanwhile. */
  resumed(value: unknown): unknown;
}

/** What the code of a file that cells import needs. */
export interface FileScope extends Pick<CellScope, 'meta' | 'import' | 'resumed'> {
  /** The module of an import statement. */
  imported(specifier: string): unknown;
}

/** `$cell.name`, in the code of cells and of the files that they import. */
export function scopeMember(
  factory: TypeScript.NodeFactory,
  name: keyof CellScope | keyof FileScope,
): TypeScript.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(scopeParameter), name);
}
