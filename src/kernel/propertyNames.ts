// tslab has cells find the variables of earlier cells on an object `exports`, and mistakes names of properties: it
// leaves `{ width }` as it is, where `width` is such a variable, and replaces `width` in `const { width: w } = earlier`.
// So shorthand properties are written out, as `{ width: width }`, and the checker that tslab asks about names knows
// variables only.
import type * as TypeScript from '@tslab/typescript-for-tslab';

/** Has a program tell variables from properties when it is emitted. */
export function tellPropertiesFromVariables(ts: typeof TypeScript, builder: TypeScript.BuilderProgram): void {
  const checker = builder.getProgram().getTypeChecker();
  const { getSymbolAtLocation } = checker;
  checker.getSymbolAtLocation = (node) => {
    const name = ts.getParseTreeNode(node);
    if (!name || !ts.isIdentifier(name)) return getSymbolAtLocation(node);
    const { parent } = name;
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === name)
      return checker.getShorthandAssignmentValueSymbol(parent);
    const isProperty =
      (ts.isPropertyAssignment(parent) && parent.name === name) ||
      (ts.isBindingElement(parent) && parent.propertyName === name);
    return isProperty ? undefined : getSymbolAtLocation(node);
  };
  const emit = builder.emit.bind(builder);
  builder.emit = (file, write, token, declarationsOnly, transformers) =>
    emit(file, write, token, declarationsOnly, { ...transformers, before: [writeOutShorthands(ts)] });
}

function writeOutShorthands(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
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
