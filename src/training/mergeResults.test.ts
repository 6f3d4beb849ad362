import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { mergeResults } from './mergeResults';
import { formatResults, readResults } from './results';
import { runExperiment } from './runExperiment';
import { digestsIn, invocation, resultsIn, smallExperiment } from './smallExperiment.testData';

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-merge-'));
after(() => rmSync(folder, { recursive: true }));

// Results do not depend on how runs are divided: equal, not close.
test('shards trained in folders of their own and merged give the curves of the whole', async () => {
  const shards = await Promise.all(
    [[0, 1], [2], [3]].map(async (runs) => {
      const shard = path.join(folder, `shard-${runs[0]}`);
      const report = (line: string) => assert.doesNotMatch(line, /waiting/);
      assert.ok(await runExperiment(smallExperiment, invocation(shard, { runs: runs, threads: 1, report })));
      return path.join(shard, 'results', 'small.json');
    }),
  );
  const whole = path.join(folder, 'whole');
  assert.ok(await runExperiment(smallExperiment, invocation(whole)));
  const merged = async (name: string, files: readonly string[]) => {
    const results = path.join(folder, name, 'results');
    mkdirSync(results, { recursive: true });
    await mergeResults(files, results);
    assert.deepEqual(readdirSync(results), ['small.json']);
    return readFileSync(path.join(results, 'small.json'), 'utf8');
  };
  const text = await merged('merged', shards);
  assert.deepEqual(resultsIn(path.join(folder, 'merged')).curves, resultsIn(whole).curves);
  assert.deepEqual(Object.keys(digestsIn(whole)), ['0', '1', '2', '3']);
  assert.deepEqual(digestsIn(path.join(folder, 'merged')), digestsIn(whole), 'all digits, too');
  assert.equal(
    await merged('merged-otherwise', [...shards].reverse().concat(shards)),
    text,
    'in another order, and twice',
  );
  const other = path.join(folder, 'other-seed.json');
  writeFileSync(other, formatResults({ ...readResults(shards[0]!), seed: 1 }));
  await assert.rejects(
    mergeResults([other], path.join(folder, 'merged', 'results')),
    /small.json holds results with other seed; move it away first, or pass --out$/,
  );
  const damaged = path.join(folder, 'damaged.json');
  const halves = readFileSync(shards[0]!, 'utf8').slice(0, 1000);
  for (const content of [halves, '{"curves": []}', 'null']) {
    writeFileSync(damaged, content);
    await assert.rejects(mergeResults([shards[0]!, damaged], path.join(folder, 'new')), {
      message: /damaged\.json does not contain results of a training, or is damaged \(/,
    });
  }
  assert.ok(!existsSync(path.join(folder, 'new')), 'nothing is added if one of the files is damaged');
  assert.equal(readFileSync(path.join(folder, 'merged', 'results', 'small.json'), 'utf8'), text);
});
