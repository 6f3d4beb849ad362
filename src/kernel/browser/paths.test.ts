import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { folder, resolve } from './paths';

// Oracle: Node's own
test('paths are resolved as Node does from the folder of the cells', () => {
  const part = fc.array(fc.constantFrom('..', '.', 'a', 'b.json', '')).map((names) => names.join('/'));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      assert.equal(resolve(...parts), posix.resolve(folder, ...parts));
    }),
  );
});
