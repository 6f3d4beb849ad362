// process.stdin for cells: what the user enters where the front-end asks for it.
import { Readable } from 'node:stream';
import { type Cell, currentCell } from './cells';
import type { Header } from './wire';

/** Asks the front-end for a line. */
export interface AskFrontEnd {
  /** @param then gets the line, without its end */
  ask(parent: Header, prompt: string, then: (line: string) => void): void;
}

/** Replaces process.stdin by a stream that asks the front-end of the reading cell for one line after another. */
export function redirectInput(front: AskFrontEnd): void {
  let stdin: Readable | undefined;
  const open = () => {
    const asks = (cell: Cell | undefined): cell is Cell => cell?.allowStdin === true && !cell.ended;
    const stream: Readable = new Readable({
      read() {
        const cell = currentCell();
        if (asks(cell)) front.ask(cell.request, '', (line) => stream.push(`${line}\n`));
        else stream.destroy(new Error('this front-end does not ask for input'));
      },
    });
    return stream;
  };
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => (stdin === undefined || stdin.destroyed ? (stdin = open()) : stdin),
  });
}
