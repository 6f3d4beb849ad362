// What the code of cells gets added so that it can be interrupted: in every loop a look at the interrupt state, after
// every await a look at the cell's signal. Nothing else ends a loop that keeps the thread busy after an await.
import type * as TypeScript from '@tslab/typescript-for-tslab';
import type { InterruptState } from './interrupt';

/** What the added code calls. tslab keeps a global object `__tslab__`, on which these are put. */
export interface InterruptChecks {
  /** Not zero in [0] while the executing cell may have been interrupted. */
  interruptState: InterruptState;
  /** Throws if it has. */
  throwIfInterrupted(): void;
}

/** Provides what the added code calls; after tslab's executor was created. */
export function provideInterruptChecks({ interruptState, throwIfInterrupted }: InterruptChecks): void {
  Object.assign((globalThis as unknown as { __tslab__: object }).__tslab__, {
    interruptState,
    throwIfInterrupted,
    resumed(value: unknown) {
      throwIfInterrupted();
      return value;
    },
  });
}

/**
 * A transformer that adds the checks.
 * @param onTopLevelForAwait called for a `for await` outside functions, of which tslab does not know that it needs an
 *   async function around it
 */
export function makeInterruptible(
  ts: typeof TypeScript,
  onTopLevelForAwait: () => void,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const tslab = (name: string) =>
    factory.createPropertyAccessExpression(factory.createIdentifier('__tslab__'), name);
  const check = () =>
    factory.createExpressionStatement(
      factory.createCallExpression(tslab('throwIfInterrupted'), undefined, []),
    );
  const checkIfRequested = () =>
    factory.createIfStatement(factory.createElementAccessExpression(tslab('interruptState'), 0), check());

  return (context) => {
    let functions = 0;
    function visit(node: TypeScript.Node): TypeScript.Node {
      const isFunction = ts.isFunctionLike(node);
      if (isFunction) functions++;
      const visited = ts.visitEachChild(node, visit, context);
      if (isFunction) functions--;
      if (ts.isAwaitExpression(visited))
        return ts.setTextRange(factory.createCallExpression(tslab('resumed'), undefined, [visited]), visited);
      return ts.isIterationStatement(visited, false) ? visitLoop(visited) : visited;
    }
    function visitLoop(loop: TypeScript.IterationStatement): TypeScript.Node {
      const awaits = ts.isForOfStatement(loop) && loop.awaitModifier !== undefined;
      if (awaits && functions === 0) onTopLevelForAwait();
      const { statement } = loop;
      const checked = factory.createBlock([
        awaits ? check() : checkIfRequested(),
        ...(ts.isBlock(statement) ? statement.statements : [statement]),
      ]);
      return ts.visitEachChild(loop, (child) => (child === statement ? checked : child), context);
    }
    return (file) => ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}
