import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { installKernel, uninstallKernel } from './install';

const folder = mkdtempSync(join(tmpdir(), 'fracmoment-install-'));
const saved = { ...process.env };
after(() => {
  process.env = saved;
  rmSync(folder, { recursive: true });
});

describe('installKernel', () => {
  test('writes a kernelspec with absolute paths that exist', () => {
    const installed = installKernel({ prefix: folder });
    assert.equal(installed, join(folder, 'share', 'jupyter', 'kernels', 'fracmoment'));
    const { argv, ...rest } = JSON.parse(readFileSync(join(installed, 'kernel.json'), 'utf8'));
    assert.deepEqual(rest, {
      display_name: 'TypeScript (fracmoment)',
      language: 'typescript',
      interrupt_mode: 'message',
      metadata: { debugger: false },
    });
    assert.equal(argv.length, 3);
    for (const path of argv.slice(0, 2)) assert.ok(isAbsolute(path) && existsSync(path), path);
    assert.equal(argv[2], '{connection_file}');
  });

  test('replaces what was there, and uninstallKernel removes it', () => {
    assert.equal(installKernel({ prefix: folder }), installKernel({ prefix: folder }));
    const removed = uninstallKernel({ prefix: folder });
    assert.ok(!existsSync(removed));
    assert.equal(uninstallKernel({ prefix: folder }), removed);
  });

  test('goes to the user’s folder by default', { skip: process.platform !== 'linux' }, () => {
    // oracle: jupyter_core.paths.jupyter_data_dir
    process.env.JUPYTER_DATA_DIR = join(folder, 'data');
    assert.equal(installKernel(), join(folder, 'data', 'kernels', 'fracmoment'));
    delete process.env.JUPYTER_DATA_DIR;
    process.env.XDG_DATA_HOME = join(folder, 'xdg');
    assert.equal(installKernel(), join(folder, 'xdg', 'jupyter', 'kernels', 'fracmoment'));
    delete process.env.XDG_DATA_HOME;
    process.env.HOME = folder;
    assert.equal(installKernel(), join(folder, '.local', 'share', 'jupyter', 'kernels', 'fracmoment'));
  });
});
