// The output of cells: stdout, stderr, warnings, displays.
import Module from 'node:module';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { CellHost, MimeBundle } from '../notebook/host';
import { cellHost } from '../platform/cellSignal';
import { type Cell, currentCell, isCancelled } from './cells';
import { uninterrupted } from './interrupt';
import { queueMicrotask } from './intrinsics';
import { runPartialWork } from './partialWork';
import type { Header } from './wire';

/** Sends output to the thread with the sockets. */
export interface Outlet {
  stream(name: 'stdout' | 'stderr', parent: Header, text: string): void;
  publish(type: string, parent: Header, content: object): void;
}

interface DisplayData {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

function listening(cell: Cell | undefined): cell is Cell {
  return cell !== undefined && !cell.silent && !isCancelled(cell);
}

/** A replacement for process.stdout or process.stderr that sends text to the cell that wrote it. */
class CellStream extends Writable {
  readonly #decoder = new StringDecoder();
  readonly #send: (chunk: Buffer, decoder: StringDecoder) => void;

  constructor(send: (chunk: Buffer, decoder: StringDecoder) => void) {
    super();
    this.#send = send;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#send(chunk, this.#decoder);
    callback();
  }

  // a stream whose writing was terminated half-way would write no more
  override write(...args: unknown[]): boolean {
    return uninterrupted(() => super.write(...(args as [unknown])));
  }

  // like a terminal it stays open, for later cells
  override end(...args: unknown[]): this {
    const [callback] = args.filter((arg) => typeof arg === 'function') as (() => void)[];
    const [chunk] = args;
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') this.write(chunk);
    if (callback) queueMicrotask(callback);
    return this;
  }

  override destroy(): this {
    return this;
  }
}

function cellStream(name: 'stdout' | 'stderr', original: Writable, outlet: Outlet): Writable {
  return new CellStream((chunk, decoder) => {
    const cell = currentCell();
    if (!cell) original.write(chunk);
    else if (listening(cell)) outlet.stream(name, cell.request, decoder.write(chunk));
  });
}

/** Redirects all output of this process to the cells that cause it, and provides `CellHost`. */
export function redirectOutput(outlet: Outlet): void {
  delete process.env.FORCE_COLOR; // a notebook is not a terminal
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = cellStream(name, process[name], outlet);
    Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
  }

  // Node's default listener prints the process id, which differs in every run.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    // a promise that one cell keeps and a later one awaits
    if (name !== 'PromiseRejectionHandledWarning') process.stderr.write(`${name}: ${message}\n`);
  });

  function display(content: DisplayData, update: boolean) {
    const cell = currentCell();
    if (!listening(cell)) return;
    uninterrupted(() =>
      outlet.publish(update ? 'update_display_data' : 'display_data', cell.request, content),
    );
  }
  console.clear = () => {
    const cell = currentCell();
    if (listening(cell)) uninterrupted(() => outlet.publish('clear_output', cell.request, { wait: false }));
  };
  whenTslabIsLoaded((jupyter) => {
    // read by its public `display` and `newDisplay` at every call
    Object.assign(jupyter, {
      lastWriteDisplayData: (content: DisplayData, update?: boolean) => display(content, update === true),
    });
  });
  const host: CellHost = {
    display: ({ data, metadata = {} }: MimeBundle, { displayId, update = false }) =>
      display(
        { data, metadata, transient: displayId === undefined ? {} : { display_id: displayId } },
        update,
      ),
    get signal() {
      return currentCell()?.controller.signal;
    },
    withoutInterrupts: uninterrupted,
    untilInterrupted: (work) => {
      const cell = currentCell();
      return cell && runPartialWork(cell, work);
    },
  };
  Object.assign(globalThis, { [cellHost]: host });
}

/** Node's CommonJS loader, which every `require` calls. */
interface Loader {
  _load(request: string, parent: unknown, isMain: boolean): unknown;
}

/** Calls `attach` with tslab's display module, for every copy of tslab, when it is loaded. */
function whenTslabIsLoaded(attach: (jupyter: object) => void): void {
  const loader = Module as unknown as Loader;
  const load = loader._load;
  const attached = new Set<object>();
  loader._load = (request, parent, isMain) => {
    const loaded = load.call(loader, request, parent, isMain);
    if (/(^|[\\/])tslab([\\/]|$)/.test(request))
      for (const [file, module] of Object.entries(require.cache))
        if (module && /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file) && !attached.has(module)) {
          attached.add(module);
          attach(module.exports as object);
        }
    return loaded;
  };
}
