import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportedTwice, folderOf, folders, isTest, sourceFiles } from './imports';

const files = sourceFiles();

test('every source file lies in a known folder, but for the index', () => {
  const known: readonly string[] = folders;
  const elsewhere = files.filter(({ file }) => !known.includes(folderOf(file))).map(({ file }) => file);
  assert.deepEqual(elsewhere, ['index.test.ts', 'index.ts']);
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
    [...text.matchAll(/^import (?!type).*from ['"]([^.'"][^'"]*)['"]/gm)].map(
      ([, name]) => `${file}: ${name}`,
    ),
  );
  assert.deepEqual(packages, []);
});
