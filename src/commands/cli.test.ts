import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const folder = mkdtempSync(join(__dirname, 'test-cli-'));
after(() => rmSync(folder, { recursive: true }));

const cli = join(__dirname, 'cli.js');
function fracmoment(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder });
}

function write(name: string, source: string): string {
  const cell = { cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null };
  writeFileSync(
    join(folder, name),
    JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  );
  return name;
}

describe('fracmoment', () => {
  test('tells its version', () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
    assert.equal(fracmoment('--version').stdout, `${version}\n`);
  });

  test('installs the kernel and removes it', () => {
    const spec = join(folder, 'share', 'jupyter', 'kernels', 'fracmoment');
    assert.equal(fracmoment('install', '--prefix', folder).stdout, `installed ${spec}\n`);
    assert.ok(existsSync(join(spec, 'kernel.json')));
    assert.equal(fracmoment('uninstall', '--prefix', '.').stdout, `removed ${spec}\n`);
    assert.ok(!existsSync(spec));
  });

  test('sets TensorFlow up, or leaves it alone when asked to', () => {
    const env = { ...process.env, FRACMOMENT_TFJS: 'skip' };
    const { status, stdout } = spawnSync(process.execPath, [cli, 'setup'], { encoding: 'utf8', env });
    assert.deepEqual([status, stdout.includes('WebAssembly')], [0, true]);
    const wrong = { ...process.env, FRACMOMENT_TFJS: 'maybe' };
    const refused = spawnSync(process.execPath, [cli, 'setup'], { encoding: 'utf8', env: wrong });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^fracmoment: FRACMOMENT_TFJS must be one of .*; got "maybe"\n$/);
  });

  test('runs notebooks, and exits with 1 naming notebook, cell and error when one fails', () => {
    write('good.ipynb', "import { relu } from 'fracmoment';\nrelu.lower");
    write('bad.ipynb', "throw new Error('out of luck')");
    const { status, stdout, stderr } = fracmoment('run', 'bad.ipynb', 'good.ipynb', '--out', 'out');
    assert.equal(status, 1);
    assert.match(stdout, /^FAILED {2}bad\.ipynb {2}\d+\.\d s\nok {2}good\.ipynb {2}\d+\.\d s\n$/);
    assert.match(
      stderr,
      /^bad\.ipynb, cell \[1\]:\n {2}\| throw new Error\('out of luck'\)\nError: out of luck\ncell \[1\], line 1:\n {4}throw new Error\('out of luck'\)\n {10}\^\n {4}at cell \[1\]:1:7\n$/,
    );
    assert.ok(existsSync(join(folder, 'out', 'good.ipynb')) && existsSync(join(folder, 'out', 'bad.ipynb')));
    assert.equal(fracmoment('run', 'good.ipynb').status, 0);
    assert.equal(JSON.parse(readFileSync(join(folder, 'good.ipynb'), 'utf8')).cells[0].execution_count, 1);
  });

  test('ends its kernel on Ctrl-C', { skip: process.platform === 'win32' }, async () => {
    write(
      'endless.ipynb',
      "import * as fs from 'node:fs';\nfs.writeFileSync('pid', String(process.pid)); while (true) {}",
    );
    const child = spawn(process.execPath, [cli, 'run', 'endless.ipynb'], { cwd: folder, stdio: 'pipe' });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const pidFile = join(folder, 'pid');
    const deadline = Date.now() + 30_000;
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') {
      assert.ok(Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    assert.equal(status, 130);
    assert.equal(stderr, 'endless.ipynb: stopped by SIGINT\n');
    assert.throws(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0), { code: 'ESRCH' });
  });
});
