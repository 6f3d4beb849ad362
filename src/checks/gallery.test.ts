// Every kind of chart as a PNG, to be looked through: dist/gallery after `npm test`.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { renderPng } from '../notebook/picture';
import { figures } from './golden/figures';

const folder = path.resolve(__dirname, '..', 'gallery');

test('a gallery of charts', async () => {
  mkdirSync(folder, { recursive: true });
  for (const [name, figure] of Object.entries(figures())) {
    const { png, width, height } = await renderPng(figure);
    writeFileSync(path.join(folder, `${name}.png`), png);
    // the header of a PNG has its size, here two pixels per unit; an empty drawing would take a few hundred bytes
    const header = Buffer.from(png).subarray(16, 24);
    assert.deepEqual([header.readUInt32BE(0), header.readUInt32BE(4)], [2 * width, 2 * height], name);
    assert.ok(png.length > 5000, `${name}: ${png.length} bytes`);
  }
});
