// Turns the JavaScript that TypeScript makes of a cell into the body of a function: what the cell declares becomes
// assignments to variables that outlive it, and its loops and awaits look whether the cell was interrupted.
import type * as TypeScript from 'typescript-for-cells';
import { interruptChecks } from './interruptChecks';
import { boundNames, type Ts } from './names';
import { referenceRewriter } from './references';
import { scopeMember } from './scope';
import type { Statements, Transformed, TransformOptions } from './transform';

/** A transformer for `after`: types, enums, decorators and `using` are JavaScript already. */
export function toScript(
  ts: Ts,
  options: TransformOptions,
  result: Transformed,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => {
    const rewrite = statementRewriter(ts, context, options, result);
    const references = referenceRewriter(ts, context, options);
    const checks = interruptChecks(ts, context, result);
    return (file) => {
      const statements = checks(references(rewrite(file.statements)));
      return context.factory.updateSourceFile(file, statements);
    };
  };
}

/** Whether the compiler chooses the name when it prints it, `env_1` for example. */
function isGenerated(name: TypeScript.Identifier): boolean {
  return (name as { emitNode?: { autoGenerate?: unknown } }).emitNode?.autoGenerate !== undefined;
}

/** Declarations to assignments, imports to modules' values; functions first, then the rest in order. */
function statementRewriter(
  ts: Ts,
  context: TypeScript.TransformationContext,
  { names, isCell, statementAt, valueAt, variableName, isLive }: TransformOptions,
  result: Transformed,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  const assign = (target: TypeScript.Expression, value: TypeScript.Expression) =>
    f.createExpressionStatement(f.createAssignment(target, value));
  const declare = (name: string) => {
    result.variables.add(name);
    return name;
  };
  const originalOf = (node: TypeScript.Node) => ts.getOriginalNode(node);

  /** A binding pattern as the target of an assignment. */
  const target = (pattern: TypeScript.BindingName): TypeScript.Expression => {
    if (ts.isIdentifier(pattern)) return pattern;
    const withDefault = (to: TypeScript.Expression, initial: TypeScript.Expression | undefined) =>
      initial ? f.createAssignment(to, initial) : to;
    if (ts.isObjectBindingPattern(pattern))
      return f.createObjectLiteralExpression(
        pattern.elements.map(({ dotDotDotToken, propertyName, name, initializer }) =>
          dotDotDotToken
            ? f.createSpreadAssignment(target(name))
            : f.createPropertyAssignment(
                propertyName ?? (name as TypeScript.Identifier).text,
                withDefault(target(name), initializer),
              ),
        ),
      );
    return f.createArrayLiteralExpression(
      pattern.elements.map((element) => {
        if (ts.isOmittedExpression(element)) return element;
        const to = target(element.name);
        return element.dotDotDotToken ? f.createSpreadElement(to) : withDefault(to, element.initializer);
      }),
    );
  };

  /** Whether the compiler made the name up: such a variable stays local. */
  const isMadeUp = ({ name }: TypeScript.VariableDeclaration) =>
    ts.isIdentifier(name) && !(names.has(name.text) && !isGenerated(name));

  const variables = (
    list: TypeScript.VariableDeclarationList,
    range: TypeScript.Node,
  ): TypeScript.Statement[] => {
    const scoped = (list.flags & ts.NodeFlags.BlockScoped) !== 0;
    const kind = originalOf(range).kind;
    // an enum or namespace begins anew, unless it is merged with one of the same cell
    const beginsAnew = kind === ts.SyntaxKind.EnumDeclaration || kind === ts.SyntaxKind.ModuleDeclaration;
    return list.declarations.flatMap((declaration): TypeScript.Statement[] => {
      if (isMadeUp(declaration))
        return [
          f.createVariableStatement(undefined, f.createVariableDeclarationList([declaration], list.flags)),
        ];
      for (const name of boundNames(ts, declaration.name)) declare(name);
      const { initializer } = declaration;
      if (initializer === undefined && !scoped && !beginsAnew) return [];
      const statement = assign(target(declaration.name), initializer ?? f.createVoidZero());
      return [ts.setTextRange(statement, list.declarations.length === 1 ? range : declaration)];
    });
  };

  /** Makes assignments of every `var` in a statement's blocks. */
  const withoutVar = <T extends TypeScript.Node>(node: T): T => {
    const visit = (child: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node> => {
      if (ts.isFunctionLike(child) || ts.isClassLike(child)) return child;
      if (ts.isVariableStatement(child) && (child.declarationList.flags & ts.NodeFlags.BlockScoped) === 0) {
        const statements = variables(child.declarationList, child);
        return statements.length === 1 ? statements[0]! : f.createBlock(statements);
      }
      const list = (child as { initializer?: TypeScript.Node }).initializer;
      const declares =
        list !== undefined &&
        ts.isVariableDeclarationList(list) &&
        (list.flags & ts.NodeFlags.BlockScoped) === 0 &&
        !list.declarations.every(isMadeUp);
      if (declares && (ts.isForStatement(child) || ts.isForInStatement(child) || ts.isForOfStatement(child)))
        return ts.visitEachChild(withAssignedLoopVariables(child, list), visit, context);
      return ts.visitEachChild(child, visit, context);
    };
    return ts.visitNode(node, visit) as T;
  };

  const withAssignedLoopVariables = (
    loop: TypeScript.ForStatement | TypeScript.ForInStatement | TypeScript.ForOfStatement,
    list: TypeScript.VariableDeclarationList,
  ): TypeScript.Node => {
    for (const { name } of list.declarations) for (const bound of boundNames(ts, name)) declare(bound);
    if (ts.isForStatement(loop)) {
      const assignments = list.declarations.flatMap(({ name, initializer }) =>
        initializer ? [f.createAssignment(target(name), initializer)] : [],
      ) as TypeScript.Expression[];
      const first =
        assignments.length === 0
          ? undefined
          : assignments.reduce((left, right) => f.createComma(left, right));
      return f.updateForStatement(loop, first, loop.condition, loop.incrementor, loop.statement);
    }
    const to = target(list.declarations[0]!.name);
    return ts.isForInStatement(loop)
      ? f.updateForInStatement(loop, to, loop.expression, loop.statement)
      : f.updateForOfStatement(loop, loop.awaitModifier, to, loop.expression, loop.statement);
  };

  const withoutExport = (modifiers: TypeScript.NodeArray<TypeScript.ModifierLike> | undefined) =>
    modifiers?.filter(
      ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
    ) as TypeScript.Modifier[] | undefined;

  /** Has a name follow a value that changes. */
  const bind = (name: string, value: TypeScript.Expression) =>
    f.createExpressionStatement(
      f.createCallExpression(scopeMember(f, 'bind'), undefined, [
        f.createStringLiteral(variableName(name)),
        f.createArrowFunction(undefined, undefined, [], undefined, undefined, value),
      ]),
    );
  const importOf = ({
    importClause,
    moduleSpecifier,
  }: TypeScript.ImportDeclaration): TypeScript.Statement[] => {
    const specifier = (moduleSpecifier as TypeScript.StringLiteral).text;
    if (isCell(specifier)) return [];
    const number = result.imports.push(specifier) - 1;
    const module = () => f.createElementAccessExpression(scopeMember(f, 'modules'), number);
    const statements: TypeScript.Statement[] = [];
    const take = (name: TypeScript.Identifier, value: TypeScript.Expression) => {
      const live = isLive(name);
      if (!live) declare(name.text);
      const statement = live ? bind(name.text, value) : assign(name, value);
      statements.push(ts.setTextRange(statement, moduleSpecifier.parent ?? name));
    };
    const member = (name: string) => f.createElementAccessExpression(module(), f.createStringLiteral(name));
    if (importClause?.name) take(importClause.name, member('default'));
    const bindings = importClause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) take(bindings.name, module());
    else if (bindings)
      for (const { name, propertyName } of bindings.elements) take(name, member((propertyName ?? name).text));
    return statements;
  };

  const isValue = (statement: TypeScript.ExpressionStatement) =>
    valueAt !== undefined &&
    originalOf(statement).pos === valueAt &&
    ts.isExpressionStatement(originalOf(statement));

  const rewriteOne = (statement: TypeScript.Statement): TypeScript.Statement[] => {
    if (ts.isVariableStatement(statement)) return variables(statement.declarationList, statement);
    if (ts.isClassDeclaration(statement) && statement.name) {
      const { name, heritageClauses, members } = statement;
      declare(name.text);
      const value = f.createClassExpression(
        withoutExport(statement.modifiers),
        name,
        undefined,
        heritageClauses,
        members,
      );
      return [ts.setTextRange(assign(name, value), statement)];
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      // `export default` of what has no name
      const { modifiers } = statement;
      const value = ts.isClassDeclaration(statement)
        ? f.createClassExpression(
            withoutExport(modifiers),
            undefined,
            undefined,
            statement.heritageClauses,
            statement.members,
          )
        : f.createFunctionExpression(
            withoutExport(modifiers),
            statement.asteriskToken,
            undefined,
            undefined,
            statement.parameters,
            undefined,
            statement.body!,
          );
      return [
        ts.setTextRange(f.createExpressionStatement(f.createParenthesizedExpression(value)), statement),
      ];
    }
    if (ts.isExportAssignment(statement))
      return [ts.setTextRange(f.createExpressionStatement(statement.expression), statement)];
    if (ts.isExportDeclaration(statement) || ts.isEmptyStatement(statement)) return [];
    if (statement.kind === ts.SyntaxKind.NotEmittedStatement) return [];
    if (ts.isExpressionStatement(statement)) {
      const { expression } = withoutVar(statement);
      return [
        ts.setTextRange(
          isValue(statement)
            ? assign(scopeMember(f, 'value'), expression)
            : f.createExpressionStatement(expression),
          statement,
        ),
      ];
    }
    // made of top-level `using`: what is inside is the cell's top level
    const original = originalOf(statement);
    if (ts.isTryStatement(statement) && original.pos < 0) {
      const { tryBlock, catchClause, finallyBlock } = statement;
      const inside = f.updateBlock(tryBlock, tryBlock.statements.flatMap(rewriteAndCount));
      return [f.updateTryStatement(statement, inside, catchClause, finallyBlock)];
    }
    return [withoutVar(statement)];
  };

  /** Followed by how far the cell has come. */
  const rewriteAndCount = (statement: TypeScript.Statement): TypeScript.Statement[] => {
    const rewritten = rewriteOne(statement);
    const { pos } = originalOf(statement);
    if (rewritten.length === 0 || pos < 0) return rewritten;
    return [...rewritten, assign(scopeMember(f, 'reached'), f.createNumericLiteral(statementAt(pos) + 1))];
  };

  return (statements) => {
    const [imports, functions, others]: TypeScript.Statement[][] = [[], [], []];
    for (const statement of statements) {
      if (ts.isImportDeclaration(statement)) imports!.push(...importOf(statement));
      else if (ts.isFunctionDeclaration(statement) && statement.name) {
        const { name, asteriskToken, parameters, body } = statement;
        declare(name.text);
        const value = f.createFunctionExpression(
          withoutExport(statement.modifiers),
          asteriskToken,
          undefined, // named after the variable; and a recursive call sees later assignments
          undefined,
          parameters,
          undefined,
          body!,
        );
        functions!.push(ts.setTextRange(assign(name, value), statement));
      } else others!.push(...rewriteAndCount(statement));
    }
    return [...imports!, ...functions!, ...others!];
  };
}
