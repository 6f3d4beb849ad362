import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { doTasks, threadsFor } from './tasks';

function square(task: number | string): number {
  if (task === 'throw') throw new RangeError('this task cannot be done');
  return Number(task) ** 2;
}

function squares(
  tasks: readonly (number | string)[],
  threads: number,
  { signal, onResult = () => {} }: { signal?: AbortSignal; onResult?: (result: number) => void } = {},
): Promise<void> {
  return doTasks({
    run: square,
    worker: 'platform/tasks.test.worker',
    tasks,
    threads,
    signal,
    onResult,
  });
}

test('every result is taken once, on any number of threads', async () => {
  const tasks = Array.from({ length: 40 }, (_, i) => i);
  for (const threads of [0, 1, 2, 50]) {
    const taken: number[] = [];
    await squares(tasks, threads, { onResult: (result) => taken.push(result) });
    assert.deepEqual(
      taken.sort((a, b) => a - b),
      tasks.map((task) => task ** 2),
      `${threads} threads`,
    );
  }
});

test('what a task or the taker of results throws is the rejection', async () => {
  for (const threads of [0, 2]) {
    await assert.rejects(squares([1, 'throw', 2], threads), {
      name: 'RangeError',
      message: 'this task cannot be done',
    });
    const onResult = () => {
      throw new Error('not taken');
    };
    await assert.rejects(squares([1], threads, { onResult }), { message: 'not taken' });
  }
});

test('a worker that ends by itself is an error, not a wait without end', async () => {
  await assert.rejects(squares(['exit'], 1), { message: 'a worker thread ended with exit code 3' });
});

test('an aborted signal rejects with its reason, even while a worker is in an endless loop', async () => {
  for (const threads of [0, 1])
    await assert.rejects(
      squares([1], threads, { signal: AbortSignal.abort('early') }),
      (reason) => reason === 'early',
    );

  const starting = new AbortController();
  const started = squares(['hang'], 1, { signal: starting.signal });
  starting.abort('while starting');
  await assert.rejects(started, (reason) => reason === 'while starting');

  const controller = new AbortController();
  const hanging = squares([1, 'hang', 'hang'], 2, {
    signal: controller.signal,
    onResult: () => controller.abort(new Error('enough')),
  });
  await assert.rejects(hanging, { message: 'enough' });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('in this thread, other events get their turn between tasks and can abort', async () => {
  const controller = new AbortController();
  let taken = 0;
  setImmediate(() => controller.abort(new Error('enough')));
  const work = squares(
    Array.from({ length: 100 }, (_, i) => i),
    0,
    { signal: controller.signal, onResult: () => taken++ },
  );
  await assert.rejects(work, { message: 'enough' });
  assert.ok(taken >= 1 && taken <= 2, `${taken} tasks done before the signal was seen`);
});

test('short work needs no worker threads', () => {
  assert.equal(threadsFor(1e6), 0);
  assert.ok(threadsFor(1e9) >= 1);
});
