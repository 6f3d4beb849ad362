// Turns the JavaScript that TypeScript makes of a cell into the body of a function: what the cell declares becomes
// assignments to variables that outlive it, and its loops and awaits look whether the cell was interrupted.
import type * as TypeScript from 'typescript-for-cells';
import { boundNames, type Ts } from './names';
import { variableName } from './riskyNames';

/** The parameter of the function: an object with what its code needs. See `CellScope`. */
export const scopeParameter = '$cell';

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
}

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

type Statements = readonly TypeScript.Statement[];

/** Declarations to assignments, imports to modules' values; functions first, then the rest in order. */
function statementRewriter(
  ts: Ts,
  context: TypeScript.TransformationContext,
  { names, isCell, statementAt, valueAt }: TransformOptions,
  result: Transformed,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  const ofScope = (name: string) =>
    f.createPropertyAccessExpression(f.createIdentifier(scopeParameter), name);
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

  const importOf = ({
    importClause,
    moduleSpecifier,
  }: TypeScript.ImportDeclaration): TypeScript.Statement[] => {
    const specifier = (moduleSpecifier as TypeScript.StringLiteral).text;
    if (isCell(specifier)) return [];
    const number = result.imports.push(specifier) - 1;
    const module = () => f.createElementAccessExpression(ofScope('modules'), number);
    const statements: TypeScript.Statement[] = [];
    const take = (name: TypeScript.Identifier, value: TypeScript.Expression) => {
      declare(name.text);
      statements.push(ts.setTextRange(assign(name, value), moduleSpecifier.parent ?? name));
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
          isValue(statement) ? assign(ofScope('value'), expression) : f.createExpressionStatement(expression),
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
    return [...rewritten, assign(ofScope('reached'), f.createNumericLiteral(statementAt(pos) + 1))];
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

/** References to variables kept under another name, `import()` and `import.meta`. */
function referenceRewriter(
  ts: Ts,
  context: TypeScript.TransformationContext,
  { isVariable }: TransformOptions,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  const ofScope = (name: string) =>
    f.createPropertyAccessExpression(f.createIdentifier(scopeParameter), name);
  const renamed = (identifier: TypeScript.Identifier): TypeScript.Identifier | undefined => {
    const { text } = identifier;
    if (text === '' || variableName(text) === text || !isVariable(identifier)) return undefined;
    return ts.setTextRange(f.createIdentifier(variableName(text)), identifier);
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (ts.isIdentifier(node)) return renamed(node) ?? node;
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
      return ts.setTextRange(ofScope('meta'), node);
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(
        f.createCallExpression(ofScope('import'), undefined, visited.arguments),
        visited,
      );
    return visited;
  };
  return (statements) => statements.map((statement) => visit(statement) as TypeScript.Statement);
}

/**
 * In every loop a look, now and then, whether the cell was interrupted, and one after every await: nothing else ends a
 * loop that keeps the thread busy after an await. A counter, local to the function, says how many turns there are until
 * the next look, which says how many follow.
 */
function interruptChecks(
  ts: Ts,
  context: TypeScript.TransformationContext,
  result: Transformed,
): (statements: Statements) => TypeScript.Statement[] {
  const f = context.factory;
  const counter = '$turns';
  const firstTurns = 7;
  const ofScope = (name: string) =>
    f.createPropertyAccessExpression(f.createIdentifier(scopeParameter), name);
  const look = () =>
    f.createExpressionStatement(
      f.createAssignment(
        f.createIdentifier(counter),
        f.createCallExpression(ofScope('check'), undefined, []),
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
      return ts.setTextRange(f.createCallExpression(ofScope('resumed'), undefined, [visited]), visited);
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
