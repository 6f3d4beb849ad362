import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf } from './foreignStacks';

// oracle: stacks as Firefox 153 and Safari write them, read by hand
test('frames of Firefox and Safari read as those of V8', () => {
  assert.deepEqual(
    framesOf(
      'f@fracmoment-cell-2-2:2:25\n@fracmoment-cell-2-2:6:15\nasync*later@http://127.0.0.1/worker.js:4:1\na@b@c.js:1:2\n',
    ),
    [
      'f (fracmoment-cell-2-2:2:25)',
      'fracmoment-cell-2-2:6:15',
      'async later (http://127.0.0.1/worker.js:4:1)',
      'a@b (c.js:1:2)',
    ],
  );
  assert.deepEqual(framesOf('f@\n@\neval code@\neval@[native code]\ng@http://127.0.0.1/a.js:1:2'), [
    'f',
    'g (http://127.0.0.1/a.js:1:2)',
  ]);
});
