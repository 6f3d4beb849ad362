// The files that a visitor has uploaded or written: JupyterLite keeps them in the browser's storage, by their path.
import { folder } from './paths';
import { siteAddress } from './scope';

/** Files in the folder of the notebooks, as they were when they were last looked for. */
export interface VisitorFiles {
  refresh(): Promise<void>;
  /** Absolute paths. */
  paths(): Iterable<string>;
  read(path: string): Uint8Array | undefined;
  /** Its text in UTF-8. */
  text(path: string): string | undefined;
  /** Differs when the file has changed. */
  version(path: string): string | undefined;
}

/** A file, notebook or folder as JupyterLite keeps it. */
interface Stored {
  path: string;
  type: string;
  format: string | null;
  content: unknown;
  last_modified: string;
}

/** The part of IndexedDB that is used. */
interface Pending<T> {
  readonly result: T;
  onsuccess: () => void;
  onerror: () => void;
}
interface Database {
  readonly objectStoreNames: { contains(name: string): boolean };
  transaction(store: string): { objectStore(name: string): { getAll(): Pending<Stored[]> } };
  close(): void;
}
interface Opening extends Pending<Database> {
  readonly transaction: { abort(): void };
  onupgradeneeded: () => void;
}
const { indexedDB } = globalThis as unknown as { indexedDB?: { open(name: string): Opening } };

export function visitorFiles(): VisitorFiles {
  let files = new Map<string, { bytes: Uint8Array; version: string }>();
  const read = (path: string) => files.get(path)?.bytes;
  return {
    async refresh() {
      const stored = (await readStorage()).filter(({ type }) => type === 'file');
      files = new Map(
        stored.map((file) => [
          `${folder}/${file.path}`,
          { bytes: bytesOf(file), version: file.last_modified },
        ]),
      );
    },
    paths: () => files.keys(),
    read,
    text: (path) => {
      const bytes = read(path);
      return bytes && new TextDecoder().decode(bytes);
    },
    version: (path) => files.get(path)?.version,
  };
}

/** All that JupyterLite has stored; nothing where it has no storage, or none yet. */
function readStorage(): Promise<Stored[]> {
  return new Promise((resolve, reject) => {
    if (!indexedDB) return void resolve([]);
    const opening = indexedDB.open(`JupyterLite Storage - ${new URL(siteAddress()).pathname}`);
    opening.onupgradeneeded = () => opening.transaction.abort(); // JupyterLite is to make it
    opening.onerror = () => resolve([]);
    opening.onsuccess = () => {
      const database = opening.result;
      if (!database.objectStoreNames.contains('files')) {
        database.close();
        return void resolve([]);
      }
      const reading = database.transaction('files').objectStore('files').getAll();
      reading.onsuccess = () => {
        database.close();
        resolve(reading.result);
      };
      reading.onerror = () => {
        database.close();
        reject(new Error("the files in the browser's storage cannot be read"));
      };
    };
  });
}

function bytesOf({ format, content }: Stored): Uint8Array {
  if (format === 'base64') return Uint8Array.from(atob(String(content)), (one) => one.charCodeAt(0));
  return new TextEncoder().encode(format === 'json' ? JSON.stringify(content) : String(content ?? ''));
}
