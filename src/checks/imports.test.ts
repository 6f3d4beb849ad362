import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { exportedTwice, folderOf, folders, isTest, sourceFiles } from './imports';

const files = sourceFiles();

test('every source file lies in a known folder, but for the index and what it is made of', () => {
  const known: readonly string[] = folders;
  const elsewhere = files.filter(({ file }) => !known.includes(folderOf(file))).map(({ file }) => file);
  assert.deepEqual(elsewhere, [
    'index.test.ts',
    'index.ts',
    'nodeOnly.browser.ts',
    'nodeOnly.ts',
    'webWorker.ts',
  ]);
});

test('folders import from those before them only', () => {
  const place = (file: string) => (folders as readonly string[]).indexOf(folderOf(file));
  const wrong = files
    .filter(({ file }) => !isTest(file) && folderOf(file) !== '')
    .flatMap(({ file, imports }) =>
      imports.filter((other) => place(other) > place(file)).map((other) => `${file} → ${other}`),
    );
  assert.deepEqual(wrong, []);
});

test('no name is exported by two files', () => {
  assert.deepEqual(exportedTwice(files), {});
});

test('theory and estimators import no package and no Node module', () => {
  const pure = files.filter(
    ({ file }) => ['core', 'theory', 'estimators'].includes(folderOf(file)) && !isTest(file),
  );
  const packages = pure.flatMap(({ file, text }) =>
    [
      ...text.matchAll(/^import (?!type).*from ['"]([^.'"][^'"]*)['"]|require\(['"]([^.'"][^'"]*)['"]\)/gm),
    ].map(([, imported, required]) => `${file}: ${imported ?? required}`),
  );
  assert.deepEqual(packages, []);
});

test('only tests and notebooks load mathjs or @stdlib', () => {
  const loading = files
    .filter(({ text }) => /['"](mathjs|@stdlib\/[^'"]*)['"]/.test(text))
    .map(({ file }) => file);
  assert.ok(loading.length > 5); // the tests
  assert.deepEqual(
    loading.filter((file) => !isTest(file)),
    [],
  );
});

test('no declaration that fracmoment exports makes a compiler read those of another package', () => {
  const dist = path.resolve(__dirname, '..');
  const reached = new Set<string>();
  const packages: string[] = [];
  const read = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g))
      if (name!.startsWith('.')) read(path.resolve(path.dirname(file), `${name}.d.ts`));
      else packages.push(`${path.relative(dist, file)}: ${name}`);
  };
  read(path.join(dist, 'index.d.ts'));
  assert.deepEqual(packages, []);
  assert.ok(reached.size > 20, `${reached.size} files`);
});
