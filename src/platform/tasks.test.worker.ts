import { serveTasks } from './workerPool';

/** The tasks of parallel.test.ts: a number is squared, 'throw', 'exit' and 'hang' do what they say. */
export function square(task: number | string): number {
  if (task === 'throw') throw new RangeError('this task cannot be done');
  if (task === 'exit') process.exit(3);
  while (task === 'hang');
  return Number(task) ** 2;
}

void serveTasks(() => square);
