import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { labArguments } from './lab';

/* The Python environment, made by programs of our own in place of uv and Python. */

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-lab-'));
after(() => rmSync(folder, { recursive: true }));
const venv = path.join(folder, 'environment');
const requirements = readFileSync(path.join(__dirname, '..', '..', 'requirements.txt'));

/** Runs ensureEnvironment where nothing but these shell scripts can be called. */
function ensureEnvironment(scripts: Record<string, string>): SpawnSyncReturns<string> {
  const bin = mkdtempSync(path.join(folder, 'bin-'));
  for (const [name, script] of Object.entries(scripts))
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const lab = JSON.stringify(path.join(__dirname, 'lab.js'));
  const program = `try { require(${lab}).ensureEnvironment(${JSON.stringify(venv)}) }
    catch (error) { console.error(error.message) }`;
  return spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: { PATH: bin } });
}

const makesFolder = `/bin/mkdir -p ${venv}`;
const onPosix = { skip: process.platform === 'win32' };

test('JupyterLab opens the tour unless a file is named, also as root', () => {
  for (const [args, isRoot, expected] of [
    [[], false, ['tour.ipynb']],
    [[], true, ['tour.ipynb', '--allow-root']],
    [['--no-browser', '--port', '8890'], false, ['tour.ipynb', '--no-browser', '--port', '8890']],
    [['figure-1.ipynb', '--allow-root'], true, ['figure-1.ipynb', '--allow-root']],
    [['.'], true, ['.', '--allow-root']],
  ] as const)
    assert.deepEqual(labArguments(args, isRoot), expected);
});

test('without uv and Python it says what to install', onPosix, () => {
  for (const scripts of [{}, { python3: 'exit 1' }]) {
    const { stderr } = ensureEnvironment(scripts);
    assert.match(stderr, /^JupyterLab could not be installed: neither uv nor a Python ≥ 3\.10 was found\./);
    assert.match(stderr, /Install uv, or Python ≥ 3\.10 with its venv module/);
    assert.ok(!existsSync(venv));
  }
});

test('what fails half-way leaves nothing behind', onPosix, () => {
  const venvFails = ensureEnvironment({ python3: `case "$1" in -m) ${makesFolder}; exit 3;; esac` });
  assert.match(venvFails.stderr, /python3 -m venv .* ended with exit code 3\.\nNothing half-made was left/);
  assert.ok(!existsSync(venv));
  const installFails = ensureEnvironment({ uv: `case "$1" in venv) ${makesFolder};; pip) exit 4;; esac` });
  assert.match(installFails.stderr, /uv pip install .* ended with exit code 4\./);
  assert.ok(!existsSync(venv));
  const interrupted = ensureEnvironment({
    uv: `case "$1" in venv) ${makesFolder};; pip) kill -INT $$;; esac`,
  });
  assert.match(interrupted.stderr, /uv pip install .* ended with SIGINT\./);
  assert.ok(!existsSync(venv));
});

test('an environment is made once, and again when the requirements have changed', onPosix, () => {
  const uv = { uv: makesFolder };
  const completed = path.join(venv, 'made-from-requirements.sha256');
  mkdirSync(venv);
  writeFileSync(path.join(venv, 'left from a stop'), '');
  assert.match(ensureEnvironment(uv).stdout, /^Making environment with JupyterLab/);
  assert.ok(!existsSync(path.join(venv, 'left from a stop')));
  assert.equal(readFileSync(completed, 'utf8'), createHash('sha256').update(requirements).digest('hex'));
  assert.equal(ensureEnvironment(uv).stdout, '');
  writeFileSync(completed, 'of other requirements');
  assert.match(ensureEnvironment(uv).stdout, /^Making/);
  assert.equal(ensureEnvironment({}).stderr, '');
});
