// Turns a file that cells import into the body of a function.
import type * as TypeScript from 'typescript-for-cells';
import type { Ts } from './names';
import { referenceRewriter } from './references';
import { scopeMember } from './scope';

/** A file as the body of a function with the parameters of CommonJS and `$cell`, a `FileScope`. */
export interface TranspiledFile {
  /** With its source map inline. */
  readonly javaScript: string;
  /** The modules of its import and export statements, in order; without those of types alone. */
  readonly imports: readonly string[];
  /** Whether it awaits at its top level: the function is to be asynchronous. */
  readonly isAsync: boolean;
}

/** @throws SyntaxError with the place */
export function transpileFile(ts: Ts, file: string, text: string): TranspiledFile {
  const found = { imports: [] as string[], isAsync: false };
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      // a file of TypeScript is a module, as the compiler of cells has it, also without an import or export
      moduleDetection: /\.[cm]?tsx?$/.test(file)
        ? ts.ModuleDetectionKind.Force
        : ts.ModuleDetectionKind.Legacy,
      esModuleInterop: false, // what `$cell.imported` gives has a default export
      inlineSourceMap: true,
      experimentalDecorators: false,
      jsx: ts.JsxEmit.React,
    },
    transformers: {
      before: [
        (context) => {
          const rewrite = referenceRewriter(ts, context, {
            isVariable: () => false,
            variableName: (name) => name,
          });
          return (source) => context.factory.updateSourceFile(source, rewrite(source.statements));
        },
      ],
      after: [importsAndAwaits(ts, found)],
    },
  });
  const [wrong] = diagnostics;
  if (!wrong) return { javaScript: outputText, ...found };
  const { line, character } = wrong.file!.getLineAndCharacterOfPosition(wrong.start!);
  const message = ts.flattenDiagnosticMessageText(wrong.messageText, '\n');
  throw new SyntaxError(`${file}:${line + 1}:${character + 1} - ${message}`);
}

/** Import statements, which the compiler has made calls of `require`, and awaits at the top level. */
function importsAndAwaits(
  ts: Ts,
  found: { imports: string[]; isAsync: boolean },
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => {
    const f = context.factory;
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isFunctionLike(node)) return node;
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isForOfStatement(visited) && visited.awaitModifier) found.isAsync = true;
      if (ts.isAwaitExpression(visited)) {
        found.isAsync = true;
        return ts.setTextRange(
          f.createCallExpression(scopeMember(f, 'resumed'), undefined, [visited]),
          visited,
        );
      }
      const specifier = importedBy(visited);
      if (specifier === undefined) return visited;
      found.imports.push(specifier.text);
      return f.createCallExpression(scopeMember(f, 'imported'), undefined, [specifier]);
    };
    /** The module that a call of `require` names which the compiler, not the file, has written. */
    const importedBy = (node: TypeScript.Node): TypeScript.StringLiteral | undefined => {
      if (!ts.isCallExpression(node) || node.pos >= 0) return undefined;
      const [specifier] = node.arguments;
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
      return isRequire && specifier && ts.isStringLiteral(specifier) ? specifier : undefined;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
