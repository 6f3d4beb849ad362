#!/usr/bin/env node
import { cifar10Archive, downloadFolder } from '../datasets/cifar10';
import { runCommand } from './command';
import { defineCommand } from './description';

/** `npm run data`. */
export const data = defineCommand({
  name: 'npm run data --',
  about:
    'Fetches a data set into data/downloads and unpacks it. If its address cannot be reached, save the archive ' +
    'there by other means and run this again. MNIST needs no fetching: it is installed with the project.',
  flags: {},
  positionals: {
    placeholder: 'NAME',
    noun: 'data set',
    choices: {
      cifar10:
        `from ${cifar10Archive.address} (${cifar10Archive.bytes} bytes, MD5 ${cifar10Archive.md5}); states no ` +
        'licence, its author asks for a citation of: Alex Krizhevsky, "Learning Multiple Layers of Features from ' +
        'Tiny Images", 2009',
    },
  },
  async run() {
    const { fetchCifar10 } = await import('../datasets/fetchCifar10.js');
    const { target, setAside } = await fetchCifar10(downloadFolder);
    if (setAside !== undefined)
      process.stdout.write(`The files that were there could not be loaded; they are now in ${setAside}\n`);
    process.stdout.write(`CIFAR-10 is in ${target}\n`);
    return 0;
  },
});

if (require.main === module) void runCommand(data, process.argv.slice(2));
