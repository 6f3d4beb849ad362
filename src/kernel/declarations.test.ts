// The package's declarations as a notebook of stock tslab sees them: through its TypeScript 5.0.4, to which a type that
// it cannot parse silently becomes `any`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import { startKernel } from './client';
import { LANGUAGE_INFO } from './language';

// inside the package, so that it is found by its name
const folder = mkdtempSync(join(__dirname, '..', 'test-declarations-'));
after(() => rmSync(folder, { recursive: true }));

const dist = dirname(__dirname);
const ts: typeof TypeScript = createRequire(require.resolve('tslab'))('@tslab/typescript-for-tslab');

/** A program of the given text, with the options tslab gives its compiler. */
function compile(text: string) {
  const file = join(folder, 'cell.ts');
  writeFileSync(file, text);
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
  });
  return { program, checker: program.getTypeChecker(), source: program.getSourceFile(file)! };
}

const message = (diagnostic: TypeScript.Diagnostic) =>
  `${diagnostic.file?.fileName}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;

test('the kernel names the version of its own compiler', () => {
  assert.equal(LANGUAGE_INFO.version, (require('typescript-for-cells') as { version: string }).version);
});

describe('the declarations', () => {
  const { program, checker, source } = compile("import * as fracmoment from 'fracmoment';\nfracmoment;");

  test('have no error for this compiler', () => {
    const ours = program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(dist) && fileName.endsWith('.d.ts'));
    assert.ok(ours.some(({ fileName }) => fileName === join(dist, 'index.d.ts')));
    for (const file of ours) {
      assert.deepEqual(program.getSyntacticDiagnostics(file).map(message), []);
      assert.deepEqual(program.getSemanticDiagnostics(file).map(message), []);
    }
  });

  test('give every export a type, and its parameters and results too', () => {
    const [declaration] = source.statements;
    assert.ok(declaration && ts.isImportDeclaration(declaration));
    const module = checker.getSymbolAtLocation(declaration.moduleSpecifier);
    assert.ok(module);
    const exported = checker.getExportsOfModule(module);
    assert.ok(exported.length > 5);
    const isAny = (type: TypeScript.Type) => (type.flags & ts.TypeFlags.Any) !== 0;
    for (const symbol of exported) {
      const resolved = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const isValue = (resolved.flags & ts.SymbolFlags.Value) !== 0;
      const type = isValue
        ? checker.getTypeOfSymbolAtLocation(resolved, source)
        : checker.getDeclaredTypeOfSymbol(resolved);
      assert.ok(!isAny(type), symbol.name);
      for (const signature of type.getCallSignatures()) {
        assert.ok(!isAny(signature.getReturnType()), `${symbol.name}()`);
        for (const parameter of signature.getParameters())
          assert.ok(
            !isAny(checker.getTypeOfSymbolAtLocation(parameter, source)),
            `${symbol.name}(${parameter.name})`,
          );
      }
      for (const property of type.getProperties())
        if (property.declarations?.some((declared) => declared.getSourceFile().fileName.startsWith(dist)))
          assert.ok(
            !isAny(checker.getTypeOfSymbolAtLocation(property, source)),
            `${symbol.name}.${property.name}`,
          );
    }
  });

  test('make misspelt names errors in a cell', async () => {
    const kernel = await startKernel(folder);
    try {
      for (const [code, complaint] of [
        ["import { reluu } from 'fracmoment'", /^1:10 - .*no exported member named 'reluu'/],
        [
          "import { relu } from 'fracmoment';\nrelu.lowr",
          /^2:6 - Property 'lowr' does not exist on type 'Activation'/,
        ],
        ["import { leakyRelu } from 'fracmoment';\nleakyRelu('0.1')", /^2:11 - Argument of type 'string'/],
        [
          "import { dropout, relu } from 'fracmoment';\ndropout(relu, { rte: 0.5 })",
          /^2:17 - .*'rte' does not exist in type/s,
        ],
      ] as const) {
        const { status, evalue } = await kernel.request('execute_request', { code });
        assert.equal(status, 'error');
        assert.match(String(evalue), complaint);
      }
    } finally {
      await kernel.kill();
    }
  });
});
