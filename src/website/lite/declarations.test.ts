import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { before, test } from 'node:test';
import * as ts from 'typescript-for-cells';
import {
  browserEnvironment,
  browserFiles,
  type Declarations,
  namingModules,
} from '../../kernel/browser/environment';
import { visitorFiles } from '../../kernel/browser/visitorFiles';
import { type CellCompiler, createCellCompiler } from '../../kernel/compiler/cellCompiler';
import { cellsToRun, parseNotebook, sourceOf } from '../../kernel/notebook';
import { notebooks } from '../notebooks';
import { declarationFiles } from './declarations';

/* The compiler over the declarations that the site has, here in Node. */

const folder = path.resolve(__dirname, '..', '..', '..', 'notebooks');
let files: Map<string, string>;
before(() => {
  files = declarationFiles();
});

function browserCompiler(loaded: string[] = []): CellCompiler {
  const declarations = JSON.parse(files.get('fracmoment.json')!) as Declarations;
  const load = (name: string) => {
    loaded.push(name);
    return JSON.parse(files.get(name)!) as Record<string, string>;
  };
  const sources = browserFiles(declarations, load, visitorFiles());
  const compiler = createCellCompiler(ts, sources, browserEnvironment(declarations));
  return namingModules(compiler, declarations.modules);
}

/** What the compiler says about a cell, which counts as run. */
function check(compiler: CellCompiler, code: string): string[] {
  const compiled = compiler.compile(code);
  if ('diagnostics' in compiled) return compiled.diagnostics.map(({ message }) => message);
  compiled.cell.ran(Number.POSITIVE_INFINITY);
  return [];
}

// Oracle: the notebooks, which Node's kernel accepts; in Chromium all their cells run
test('every import of the notebooks is accepted, and what is imported has its types', () => {
  const compiler = browserCompiler();
  const imports = new Set<string>();
  for (const { name } of notebooks) {
    const notebook = parseNotebook(readFileSync(path.join(folder, `${name}.ipynb`), 'utf8'));
    for (const cell of cellsToRun(notebook))
      for (const [statement] of sourceOf(cell).matchAll(/^import [^;]*;/gm)) imports.add(statement);
  }
  assert.ok(imports.size > 30);
  for (const statement of imports) assert.deepEqual(check(compiler, statement), [], statement);
  assert.match(check(compiler, 'const e: string = erf(1);')[0]!, /^Type 'number' is not assignable/);
  assert.match(check(compiler, 'const m: string = mean([1]);')[0]!, /^Type 'number' is not assignable/);
});

test('declarations of a package are loaded when a cell imports it', () => {
  const loaded: string[] = [];
  const compiler = browserCompiler(loaded);
  assert.deepEqual(check(compiler, "import { relu } from 'fracmoment'; relu"), []);
  assert.deepEqual(loaded, []);
  assert.deepEqual(check(compiler, "import { loadTensorFlow } from 'fracmoment/tensorflow';"), []);
  assert.deepEqual(loaded, ['tensorflow.json']);
  assert.deepEqual(
    check(compiler, 'const { tf } = await loadTensorFlow(); const n: number = tf.zeros([2]).size;'),
    [],
  );
});

test('what is wrong is refused as in Node, and a module that is not there with those that are', () => {
  const compiler = browserCompiler();
  assert.match(
    check(compiler, "const n: number = 'x';")[0]!,
    /^Type 'string' is not assignable to type 'number'\.$/,
  );
  assert.match(
    check(compiler, "import { writeFileSync } from 'node:fs';")[0]!,
    /no exported member named 'writeFileSync'/,
  );
  assert.match(check(compiler, 'momentPreservingStd')[0]!, /is exported by 'fracmoment'/);
  assert.match(
    check(compiler, "import 'lodash'; import x from 'lodash';")[0]!,
    /there are fracmoment, .*node:fs/,
  );
});
