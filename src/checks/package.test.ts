import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(__dirname, '..', '..');

/** The files that npm publishes, by their paths in the package. */
function packed(): string[] {
  const { stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  assert.ok(stdout, stderr);
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return files.map((file) => file.path);
}

test('the published package has all that its files load, and nothing for the clone alone', () => {
  const files = packed();
  const { bin, main, types } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const entry of [main, types, ...Object.values<string>(bin)]) assert.ok(files.includes(entry), entry);
  for (const file of files.filter((name) => /\.js$|\.d\.ts$/.test(name))) {
    const text = readFileSync(path.join(root, file), 'utf8');
    for (const [, name] of text.matchAll(
      /(?:from |require\(|import\(|require\.resolve\()['"](\.[^'"]+)['"]/g,
    )) {
      const target = path.posix.join(path.posix.dirname(file), name!);
      const endings = file.endsWith('.js') ? ['', '.js'] : ['.d.ts'];
      assert.ok(
        endings.some((ending) => files.includes(target + ending)),
        `${file} loads ${name}, which is not packed`,
      );
    }
  }
  const unwanted =
    /test|bench|dist\/(browser|checks|packaging)|\.map$|\.tsbuildinfo$|dist\/commands\/(data|ensureTensorFlow|experiments|lab|reproduce)\.|dist\/paper\/experiments|dist\/training\/(merge|provenance|run)|^data\/(?!results)/;
  assert.deepEqual(
    files.filter((file) => unwanted.test(file)),
    [],
  );
});
