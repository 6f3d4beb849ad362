import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';
import { scopeMember } from './scope';
import type { Statements, Transformed } from './transform';

/**
 * In every loop a look, now and then, whether the cell was interrupted, and one after every await: nothing else ends a
 * loop that keeps the thread busy after an await. A counter, local to the function, says how many turns there are until
 * the next look, which says how many follow.
 */
export function interruptChecks(
  ts: Ts,
  context: TypeScript.TransformationContext,
  result: Transformed,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  const counter = '$turns';
  const firstTurns = 7;
  const look = () =>
    f.createExpressionStatement(
      f.createAssignment(
        f.createIdentifier(counter),
        f.createCallExpression(scopeMember(f, 'check'), undefined, []),
      ),
    );
  const lookNowAndThen = () =>
    f.createIfStatement(
      f.createLessThan(f.createPrefixDecrement(f.createIdentifier(counter)), f.createNumericLiteral(0)),
      look(),
    );
  const declareCounter = () =>
    f.createVariableStatement(
      undefined,
      f.createVariableDeclarationList(
        [f.createVariableDeclaration(counter, undefined, undefined, f.createNumericLiteral(firstTurns))],
        ts.NodeFlags.Let,
      ),
    );

  let functions = 0;
  /** Whether the function being visited has a loop. */
  let loops = false;
  const withCounter = <T extends TypeScript.Node>(visitBody: () => T): [T, boolean] => {
    const outer = loops;
    loops = false;
    functions++;
    const visited = visitBody();
    functions--;
    const found = loops;
    loops = outer;
    return [visited, found];
  };
  const begin = (body: TypeScript.Block) => {
    // directives such as 'use strict' stay first
    const first = body.statements.findIndex(
      (statement) => !(ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression)),
    );
    const at = first < 0 ? body.statements.length : first;
    return f.updateBlock(body, [
      ...body.statements.slice(0, at),
      declareCounter(),
      ...body.statements.slice(at),
    ]);
  };

  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (ts.isClassStaticBlockDeclaration(node)) {
      const [visited, found] = withCounter(() => ts.visitEachChild(node, visit, context));
      return found ? f.updateClassStaticBlockDeclaration(visited, begin(visited.body)) : visited;
    }
    if (ts.isFunctionLike(node)) {
      const [visited, found] = withCounter(() => ts.visitEachChild(node, visit, context));
      if (!found) return visited;
      return ts.visitEachChild(
        visited,
        (child) =>
          child === (visited as { body?: TypeScript.Node }).body ? begin(child as TypeScript.Block) : child,
        context,
      );
    }
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isAwaitExpression(visited)) {
      if (functions === 0) result.isAsync = true;
      return ts.setTextRange(
        f.createCallExpression(scopeMember(f, 'resumed'), undefined, [visited]),
        visited,
      );
    }
    return ts.isIterationStatement(visited, false) ? visitLoop(visited) : visited;
  };
  const visitLoop = (loop: TypeScript.IterationStatement): TypeScript.Node => {
    loops = true;
    const awaits = ts.isForOfStatement(loop) && loop.awaitModifier !== undefined;
    if (awaits && functions === 0) result.isAsync = true;
    const { statement } = loop;
    const checked = f.createBlock([
      awaits ? look() : lookNowAndThen(),
      ...(ts.isBlock(statement) ? statement.statements : [statement]),
    ]);
    return ts.visitEachChild(loop, (child) => (child === statement ? checked : child), context);
  };
  return (statements) => {
    const visited = statements.map((statement) => visit(statement) as TypeScript.Statement);
    return loops ? [declareCounter(), ...visited] : visited;
  };
}
