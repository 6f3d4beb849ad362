// The output of cells: stdout, stderr, warnings, displays.
import Module from 'node:module';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { CellHost, MimeBundle } from '../notebook/host';
import { type Cell, currentCell, isCancelled, runPartialWork } from './cells';
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
function cellStream(name: 'stdout' | 'stderr', original: Writable, outlet: Outlet): Writable {
  const decoder = new StringDecoder();
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      const cell = currentCell();
      if (!cell) original.write(chunk);
      else if (listening(cell)) outlet.stream(name, cell.request, decoder.write(chunk));
      callback();
    },
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
  process.on('warning', (warning) => process.stderr.write(`${warning.name}: ${warning.message}\n`));

  function display(content: DisplayData, update: boolean) {
    const cell = currentCell();
    if (listening(cell))
      outlet.publish(update ? 'update_display_data' : 'display_data', cell.request, content);
  }
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
    untilInterrupted: (work) => {
      const cell = currentCell();
      return cell && runPartialWork(cell, work);
    },
  };
  Object.assign(globalThis, { [Symbol.for('fracmoment.cell')]: host });
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
