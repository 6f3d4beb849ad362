import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
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
    const { folder: removed, found } = uninstallKernel({ prefix: folder });
    assert.ok(found && !existsSync(removed));
    assert.deepEqual(uninstallKernel({ prefix: folder }), { folder: removed, found: false });
  });

  describe('when the project that it was installed from is gone', () => {
    const start = (notebooks: string) => {
      const kernelspec = installKernel({ prefix: folder });
      const [node, launcher] = JSON.parse(readFileSync(join(kernelspec, 'kernel.json'), 'utf8')).argv;
      const gone = join(folder, 'gone', 'main.js');
      const text = readFileSync(launcher, 'utf8').replaceAll(join(__dirname, 'main.js'), gone);
      assert.ok(text.includes(gone));
      writeFileSync(launcher, text);
      return spawnSync(node, [launcher, 'connection.json'], { cwd: notebooks, encoding: 'utf8' });
    };

    test('the kernel says so, and what to do', () => {
      const { status, stderr } = start(folder);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^fracmoment kernel: it was installed from .*main\.js, which is gone.*\n.*npx fracmoment install/,
      );
      assert.match(stderr, /jupyter kernelspec remove fracmoment\n$/);
    });

    test('the kernel is that of the notebook’s own project, if it has one', () => {
      const own = join(folder, 'own', 'node_modules', 'fracmoment-notebook');
      mkdirSync(join(folder, 'own', 'notebooks'), { recursive: true });
      mkdirSync(join(own, 'dist'), { recursive: true });
      const { exports } = JSON.parse(readFileSync(join(__dirname, '../../src/kernel/package.json'), 'utf8'));
      writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'fracmoment-notebook', exports }));
      const main = join(own, exports['./kernel/main']);
      mkdirSync(dirname(main), { recursive: true });
      writeFileSync(main, 'console.log(JSON.stringify(process.argv.slice(1)))');
      const { stdout, stderr } = start(join(folder, 'own', 'notebooks'));
      assert.ok(stdout, stderr);
      assert.deepEqual(JSON.parse(stdout), [main, 'connection.json']);
    });
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
