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
