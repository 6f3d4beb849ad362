// process.stdin for cells: what the user enters where the front-end asks for it.
import { Readable } from 'node:stream';
import { type Cell, currentCell } from './cells';
import { queueMicrotask, setImmediate } from './intrinsics';
import type { Header } from './wire';

/** Asks the front-end for a line. */
export interface AskFrontEnd {
  /** @param then gets the line, without its end */
  ask(parent: Header, prompt: string, then: (line: string) => void): void;
}

/** Replaces process.stdin by streams, one a cell, that ask its front-end for one line after another. */
export function redirectInput(front: AskFrontEnd): void {
  let stdin: { cell: Cell | undefined; stream: Readable } | undefined;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get() {
      const cell = currentCell();
      if (stdin === undefined || stdin.cell !== cell || stdin.stream.destroyed)
        stdin = { cell, stream: linesFrom(front, cell) };
      return stdin.stream;
    },
  });
}

function linesFrom(front: AskFrontEnd, cell: Cell | undefined): Readable {
  let wanted = false;
  // a reader that has its line pauses: then the next one is not asked for
  const askIfWanted = () => {
    if (!wanted || stream.isPaused()) return;
    wanted = false;
    if (cell?.allowStdin && !cell.ended) front.ask(cell.request, '', (line) => stream.push(`${line}\n`));
    else {
      stream.destroy();
      // fails the cell: who reads need not listen for an error, readline does not
      queueMicrotask(() => {
        throw new Error('this front-end does not ask for input');
      });
    }
  };
  const stream: Readable = new Readable({
    read() {
      wanted = true;
      setImmediate(askIfWanted);
    },
  });
  return stream.on('resume', () => setImmediate(askIfWanted));
}
