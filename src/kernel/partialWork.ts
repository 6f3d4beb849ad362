// Work of a cell that returns what it has when it is interrupted; see `untilInterrupted` in notebook/host.
import { KeyboardInterrupt } from './keyboardInterrupt';

/** What is known of such work of a cell. */
export interface PartialWork {
  readonly controller: AbortController;
  /** What an interrupt aborts instead: work that returns what it has, after which the cell goes on. */
  readonly partialWork: Set<AbortController>;
  /** Whether an interrupt has ended such work. */
  cutShort: boolean;
}

/** Does such work. @throws (rejects) KeyboardInterrupt if an interrupt cut other work of the cell short */
export async function runPartialWork<T>(
  cell: PartialWork,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // the interrupt is for all that the cell would begin after it
  if (cell.cutShort) throw new KeyboardInterrupt();
  const controller = new AbortController();
  cell.partialWork.add(controller);
  try {
    return await work(AbortSignal.any([controller.signal, cell.controller.signal]));
  } finally {
    cell.partialWork.delete(controller);
  }
}

/** Aborts the cell's partial work, if some has not been aborted yet; returns whether there was. */
export function cutShort(cell: PartialWork): boolean {
  const work = [...cell.partialWork].filter(({ signal }) => !signal.aborted);
  for (const controller of work) controller.abort(new KeyboardInterrupt());
  if (work.length > 0) cell.cutShort = true;
  return work.length > 0;
}
