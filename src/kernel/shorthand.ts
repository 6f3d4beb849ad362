// tslab loses `{ width }` where an earlier cell declared `width`: it looks the name up as the property, not as the
// variable. This writes such properties out, as `{ width: width }`, and answers the look-up with the variable.
import type * as TypeScript from '@tslab/typescript-for-tslab';

/** Has a program write out shorthand properties when it is emitted. */
export function writeOutShorthands(ts: typeof TypeScript, builder: TypeScript.BuilderProgram): void {
  const emit = builder.emit.bind(builder);
  builder.emit = (file, write, token, declarationsOnly, transformers) => {
    resolveShorthands(ts, builder.getProgram().getTypeChecker());
    return emit(file, write, token, declarationsOnly, { ...transformers, before: [writeOut(ts)] });
  };
}

function writeOut(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  return (context) => {
    function visit(node: TypeScript.Node): TypeScript.Node {
      const visited = ts.visitEachChild(node, visit, context);
      if (!ts.isShorthandPropertyAssignment(visited)) return visited;
      const { name, objectAssignmentInitializer: initial } = visited;
      const variable = ts.setOriginalNode(ts.setTextRange(factory.createIdentifier(name.text), name), name);
      const value = initial ? factory.createAssignment(variable, initial) : variable; // ({ a = 1 } = object)
      return ts.setTextRange(
        factory.createPropertyAssignment(factory.createIdentifier(name.text), value),
        visited,
      );
    }
    return (file) => ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

/** Has a checker give the variable's symbol for a shorthand property's name. */
function resolveShorthands(ts: typeof TypeScript, checker: TypeScript.TypeChecker): void {
  const { getSymbolAtLocation } = checker;
  checker.getSymbolAtLocation = (node) => {
    const parsed = ts.getParseTreeNode(node);
    return parsed && ts.isShorthandPropertyAssignment(parsed.parent) && parsed.parent.name === parsed
      ? checker.getShorthandAssignmentValueSymbol(parsed.parent)
      : getSymbolAtLocation(node);
  };
}
