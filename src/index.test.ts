import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';

test('importing the package loads its own files and no other package', () => {
  const program = `require(${JSON.stringify(path.join(__dirname, 'index.js'))});
    console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const loaded = (JSON.parse(stdout) as string[]).map((file) => path.relative(__dirname, file));
  assert.ok(loaded.includes('index.js'));
  // whatever is heavy lies in another package: TensorFlow.js, mathjs, Plotly, jsdom, resvg, ZeroMQ, tslab
  assert.deepEqual(
    loaded.filter((file) => file.startsWith('..')),
    [],
  );
  assert.deepEqual(
    loaded.filter((file) => file.startsWith('kernel')),
    [],
  );
});

test('a module is loaded when one of its names is used', () => {
  const program = `const fracmoment = require(${JSON.stringify(path.join(__dirname, 'index.js'))});
    const loaded = () => Object.keys(require.cache).map((file) => require('path').relative(${JSON.stringify(__dirname)}, file));
    const first = loaded();
    fracmoment.momentPreservingStd({ activation: fracmoment.relu, s: 1, width: 64 });
    const then = loaded();
    typeof fracmoment.chart;
    console.log(JSON.stringify([first, then, loaded()]))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.equal(stderr, '');
  const folders = (JSON.parse(stdout) as string[][]).map((files) => [
    ...new Set(files.map((file) => path.dirname(file).split(path.sep)[0])),
  ]);
  // notebook and platform: how to know that this is a notebook
  const start = ['.', 'notebook', 'core', 'platform'];
  assert.deepEqual(folders, [start, [...start, 'theory'], [...start, 'theory', 'charts']]);
});
