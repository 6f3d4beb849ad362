import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';
import { scopeMember } from './scope';
import type { Statements, TransformOptions } from './transform';

/** References to variables kept under another name, `import()` and `import.meta`. */
export function referenceRewriter(
  ts: Ts,
  context: TypeScript.TransformationContext,
  { isVariable, variableName }: Pick<TransformOptions, 'isVariable' | 'variableName'>,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  /** Names of the classes that are being visited: inside, a class means itself. */
  const ofClasses: string[] = [];
  const renamed = (identifier: TypeScript.Identifier): TypeScript.Identifier | undefined => {
    const { text } = identifier;
    if (text === '' || variableName(text) === text || ofClasses.includes(text)) return undefined;
    if (!isVariable(identifier)) return undefined;
    return ts.setTextRange(f.createIdentifier(variableName(text)), identifier);
  };
  /** A function or class that would be named after the variable which it is assigned to. */
  const isNamedAfterVariable = (value: TypeScript.Expression): boolean => {
    if (ts.isParenthesizedExpression(value) || ts.isPartiallyEmittedExpression(value))
      return isNamedAfterVariable(value.expression);
    if (ts.isFunctionExpression(value) || ts.isClassExpression(value)) return value.name === undefined;
    return ts.isArrowFunction(value);
  };
  /** A function or class that takes the name of a property. */
  const named = (text: string, value: TypeScript.Expression) => {
    const key = () => f.createStringLiteral(text);
    const holder = f.createObjectLiteralExpression([
      f.createPropertyAssignment(f.createComputedPropertyName(key()), value),
    ]);
    return f.createElementAccessExpression(f.createParenthesizedExpression(holder), key());
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (ts.isIdentifier(node)) return renamed(node) ?? node;
    if (ts.isClassExpression(node) && node.name) {
      ofClasses.push(node.name.text);
      const visited = ts.visitEachChild(node, visit, context);
      ofClasses.pop();
      return visited;
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(node.left)
    ) {
      const name = renamed(node.left) ?? node.left;
      const value = visit(node.right) as TypeScript.Expression;
      const keepsName = name === node.left || !isNamedAfterVariable(value);
      return f.updateBinaryExpression(
        node,
        name,
        node.operatorToken,
        keepsName ? value : named(node.left.text, value),
      );
    }
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = renamed(node.name);
      const initial = node.objectAssignmentInitializer && visit(node.objectAssignmentInitializer);
      if (name === undefined) return ts.visitEachChild(node, visit, context);
      const value = initial ? f.createAssignment(name, initial as TypeScript.Expression) : name;
      return ts.setTextRange(f.createPropertyAssignment(node.name.text, value), node);
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name))
      return f.updatePropertyAssignment(node, node.name, visit(node.initializer) as TypeScript.Expression);
    if (ts.isPropertyAccessExpression(node))
      return f.updatePropertyAccessExpression(
        node,
        visit(node.expression) as TypeScript.Expression,
        node.name,
      );
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(scopeMember(f, 'meta'), node);
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(
        f.createCallExpression(scopeMember(f, 'import'), undefined, visited.arguments),
        visited,
      );
    return visited;
  };
  return (statements) => statements.map((statement) => visit(statement) as TypeScript.Statement);
}
