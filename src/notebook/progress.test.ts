import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import type { CellHost, DisplayOptions } from './host';
import { progress } from './progress';

const hostKey = Symbol.for('fracmoment.cell');
const globals = globalThis as { [key: symbol]: Partial<CellHost> | undefined };
let clock = 0; // ms
let shown: [text: unknown, options: DisplayOptions][] = [];

beforeEach(() => {
  clock = 1000;
  shown = [];
  mock.method(performance, 'now', () => clock);
});

afterEach(() => {
  mock.restoreAll();
  delete globals[hostKey];
});

function inKernel(): void {
  globals[hostKey] = {
    display: ({ data }, options) => shown.push([data['text/plain'], options]),
    signal: undefined,
  };
}

/** Runs `task` and returns what it wrote to stderr, with or without a terminal. */
function onStderr(isTTY: boolean, task: () => void): string {
  let written = '';
  const { isTTY: before } = process.stderr;
  process.stderr.isTTY = isTTY;
  const write = mock.method(process.stderr, 'write', (text: string) => {
    written += text;
    return true;
  });
  task();
  write.mock.restore();
  process.stderr.isTTY = before;
  return written;
}

test('a bar in a notebook is one output, with rate and time left, and ends without times', () => {
  inKernel();
  const bar = progress(500, 'networks');
  clock += 2000;
  bar.update(100);
  clock += 199;
  bar.update(101); // too soon to be drawn
  clock += 1;
  bar.update(110);
  bar.update(500); // again too soon, but counted
  bar.finish();

  const [first, ...later] = shown.map(([, options]) => options);
  assert.equal(first!.update, false);
  assert.deepEqual(
    later,
    later.map(() => ({ displayId: first!.displayId, update: true })),
  );
  assert.deepEqual(
    shown.map(([text]) => text),
    [
      'networks ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %, 0 of 500',
      'networks █████░░░░░░░░░░░░░░░░░░░ 20 %, 100 of 500, 50/s, 8 s left',
      'networks █████░░░░░░░░░░░░░░░░░░░ 22 %, 110 of 500, 50/s, 8 s left',
      'networks: 500 done',
    ],
  );
});

test('an incomplete count is shown at the end', () => {
  inKernel();
  const bar = progress(500, 'networks');
  bar.update(7);
  bar.finish();
  assert.equal(shown.at(-1)![0], 'networks: 7 of 500 done');
});

test('rates and times in units one can read', () => {
  inKernel();
  const last = (total: number, done: number, seconds: number) => {
    const bar = progress(total);
    clock += 1000 * seconds;
    bar.update(done);
    return String(shown.at(-1)![0]).replace(/.* of \d+, /, '');
  };
  assert.equal(last(1e6, 500_000, 40), '12,500/s, 40 s left');
  assert.equal(last(1000, 1, 0.5), '2/s, 9 min left');
  assert.equal(last(1e5, 3, 2), '1.5/s, 18.5 h left');
  assert.equal(last(10, 1, 30), '0.0333/s, 5 min left');
});

test('update is a callback by itself', () => {
  inKernel();
  const { update, finish } = progress(2);
  const task: (onProgress: (done: number, total: number) => void) => void = (onProgress) => onProgress(2, 2);
  task(update);
  finish();
  assert.equal(shown.at(-1)![0], 'progress: 2 done');
});

test('a terminal has one line drawn over and over, on stderr', () => {
  const written = onStderr(true, () => {
    const bar = progress(4, 'layers');
    clock += 1000;
    bar.update(2);
    bar.finish();
  });
  assert.equal(
    written,
    '\rlayers ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %, 0 of 4\x1b[K' +
      '\rlayers ████████████░░░░░░░░░░░░ 50 %, 2 of 4, 2/s, 1 s left\x1b[K' +
      '\rlayers: 2 of 4 done\x1b[K\n',
  );
});

test('a log has the last line only', () => {
  const written = onStderr(false, () => {
    const bar = progress(4, 'layers');
    clock += 1000;
    bar.update(4);
    bar.finish();
  });
  assert.equal(written, 'layers: 4 done\n');
});

test('the computation can bring its total', () => {
  inKernel();
  const bar = progress('training');
  clock += 1000;
  bar.update(0, 400);
  clock += 1000;
  bar.update(100, 400);
  bar.update(400, 400);
  bar.finish();
  assert.deepEqual(
    shown.map(([text]) => text),
    [
      'training …',
      'training ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %, 0 of 400',
      'training ██████░░░░░░░░░░░░░░░░░░ 25 %, 100 of 400, 50/s, 6 s left',
      'training: 400 done',
    ],
  );
});

test('a count without a total is shown as it is', () => {
  inKernel();
  const bar = progress('images');
  clock += 2000;
  bar.update(30);
  bar.finish();
  assert.deepEqual(
    shown.map(([text]) => text),
    ['images …', 'images: 30, 15/s', 'images: 30 done'],
  );
});

test('more than the total, and updates after the end, do not stop the work', () => {
  inKernel();
  const bar = progress(300);
  clock += 1000;
  bar.update(306);
  bar.finish();
  bar.update(307);
  bar.finish();
  assert.deepEqual(
    shown.map(([text]) => text),
    [
      'progress ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %, 0 of 300',
      'progress ████████████████████████ 100 %, 306 of 300, 306/s',
      'progress: 306 of 300 done',
    ],
  );
});

test('nothing to do is done', () => {
  inKernel();
  progress(0, 'files').finish();
  assert.deepEqual(
    shown.map(([text]) => text),
    ['files ████████████████████████ 100 %, 0 of 0', 'files: 0 done'],
  );
});

// Whatever comes, the bar has 24 blocks, shows a percentage in [0, 100], and no NaN.
test('any update is survived', () => {
  inKernel();
  const anything = fc.oneof(fc.double(), fc.integer(), fc.anything());
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, anything)), fc.option(fc.nat()), (updates, total) => {
      const bar = total === null ? progress() : progress(total);
      for (const [done, end] of updates) {
        clock += 1000;
        bar.update(done as number, end as number);
        assert.match(
          String(shown.at(-1)![0]),
          /^progress( …|: [\d.e+-]+.*| [█░]{24} (100|\d\d?) %, [\d.e+-]+ of [\d.e+-]+.*)$/,
        );
        assert.doesNotMatch(String(shown.at(-1)![0]), /NaN|undefined|Infinity|∞/);
      }
      bar.finish();
      assert.match(String(shown.at(-1)![0]), /^progress: .* done$/);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a total that is no count is refused, before the work', () => {
  assert.throws(() => progress(-1), { name: 'RangeError', message: 'total must lie in [0, ∞); got -1' });
  assert.throws(() => progress(Number.NaN), { name: 'RangeError' });
});
