import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteVersion } from './version';

test('the version is that of the package and a digest that does not change by itself', () => {
  const { version } = require('../../package.json') as { version: string };
  assert.match(siteVersion(), /^\d+\.\d+\.\d+-[0-9a-f]{8}$/);
  assert.ok(siteVersion().startsWith(`${version}-`));
  assert.equal(siteVersion(), siteVersion());
});
