import assert from 'node:assert/strict';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { installKernel } from '../kernel/install';

/*
 * What VS Code asks of our files. It lists a kernelspec whose program exists (wiki of vscode-jupyter, "Jupyter Kernels and the
 * Jupyter Extension", and its issue 13796); colours cells in the language that the notebook's metadata name, one of its own
 * (its extension ipynb); and draws an output without a renderer of its MIME type only if there is a picture, HTML or text
 * beside (issue 11658). VS Code itself is not run here.
 */

const root = path.resolve(__dirname, '..', '..');
const language = 'typescript'; // its identifier in VS Code

test('the kernelspec has a program that exists, in a language VS Code knows', (t) => {
  const prefix = mkdtempSync(path.join(tmpdir(), 'fracmoment-'));
  t.after(() => rmSync(prefix, { recursive: true }));
  installKernel({ prefix });
  const file = path.join(prefix, 'share', 'jupyter', 'kernels', 'fracmoment', 'kernel.json');
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(path.isAbsolute(spec.argv[0]));
  accessSync(spec.argv[0], constants.X_OK);
  assert.ok(spec.argv.includes('{connection_file}'));
  assert.equal(spec.language, language);
});

for (const name of readdirSync(path.join(root, 'notebooks')).filter((file) => file.endsWith('.ipynb')))
  test(`${name} names its language and has a picture beside every chart`, () => {
    const { nbformat, metadata, cells } = JSON.parse(
      readFileSync(path.join(root, 'notebooks', name), 'utf8'),
    );
    assert.equal(nbformat, 4);
    assert.equal(metadata.language_info.name, language);
    assert.deepEqual([metadata.kernelspec.name, metadata.kernelspec.language], ['fracmoment', language]);
    const bundles: Record<string, unknown>[] = cells.flatMap(
      ({ outputs = [] }: { outputs?: { data?: Record<string, unknown> }[] }) =>
        outputs.flatMap(({ data }) => data ?? []),
    );
    assert.ok(bundles.length > 0);
    for (const data of bundles) {
      assert.ok('text/plain' in data);
      const types = Object.keys(data).filter((type) => type.startsWith('application/'));
      if (types.length > 0) assert.ok('image/png' in data || 'text/html' in data, types.join());
    }
  });
