#!/usr/bin/env node
// The command `fracmoment`.
import * as path from 'node:path';
import { runCommand, UsageError } from './command';
import { type Command, defineCommand } from './description';
import { givenParameters, parameterFlags } from './parameterFlags';
import { timeoutFlag } from './timeoutFlag';

const environmentFlags = {
  user: { kind: 'boolean', about: 'for this user, which is the default', excludes: ['prefix'] },
  prefix: { kind: 'folder', placeholder: 'DIR', about: 'for the environment DIR, such as a Python venv' },
} as const;

const install = defineCommand({
  name: 'fracmoment install',
  about: 'Makes the kernel "TypeScript (fracmoment)" known to Jupyter.',
  flags: environmentFlags,
  async run({ values: { prefix } }) {
    const { installKernel } = await import('../kernel/install.js');
    process.stdout.write(`installed ${installKernel(prefix === undefined ? {} : { prefix })}\n`);
    return 0;
  },
});

const uninstall = defineCommand({
  name: 'fracmoment uninstall',
  about: 'Removes what install wrote with the same flags.',
  flags: environmentFlags,
  async run({ values: { prefix } }) {
    const { uninstallKernel } = await import('../kernel/install.js');
    const { folder, found } = uninstallKernel(prefix === undefined ? {} : { prefix });
    process.stdout.write(found ? `removed ${folder}\n` : `nothing to remove: there is no ${folder}\n`);
    return 0;
  },
});

const run = defineCommand({
  name: 'fracmoment run',
  about:
    'Reruns notebooks without a browser and without Python, each in a fresh kernel, and saves them with their new ' +
    'outputs. A notebook with a cell that fails is left as it was, and the exit code is 1. So is one that is changed while ' +
    'it runs: its outputs go into NAME.rerun.ipynb beside it. Cells tagged "skip-execution" are left out, and those tagged ' +
    '"raises-exception" may fail.',
  flags: {
    ...parameterFlags,
    out: { kind: 'folder', placeholder: 'DIR', about: 'write the notebooks to DIR instead, failed ones too' },
    timeout: timeoutFlag,
  },
  positionals: { placeholder: 'FILE', noun: 'notebook', several: true },
  async run({ values, positionals }) {
    if (
      values.out !== undefined &&
      new Set(positionals.map((f) => path.basename(f))).size < positionals.length
    )
      throw new UsageError('--out needs notebooks of different names');
    const parameters = givenParameters(values.parameter, values.parameters);
    const { rerunNotebooks } = await import('./rerun.js');
    return (await rerunNotebooks(positionals, { ...values, parameters })).exitCode;
  },
});

const setup = defineCommand({
  name: 'fracmoment setup',
  about:
    'Makes native TensorFlow work on this machine if it can, and says so if it cannot: WebAssembly is used then. ' +
    'With the environment variable FRACMOMENT_TFJS=required that is an error (exit code 1); with ' +
    'FRACMOMENT_TFJS=skip nothing is done.',
  flags: {},
  async run() {
    const { setupTensorFlow } = await import('../tensorflow/setup/setup.js');
    const { detail } = await setupTensorFlow({ log: (line) => process.stdout.write(`${line}\n`) });
    process.stdout.write(`${detail}\n`);
    return 0;
  },
});

/** The commands of `fracmoment` by name. */
export const subcommands: Readonly<Record<string, Command>> = { install, uninstall, run, setup };

/** `fracmoment` itself. */
export const fracmoment = defineCommand({
  name: 'fracmoment',
  about: 'The notebook kernel and its tools. fracmoment COMMAND --help says more about a command.',
  flags: { version: { kind: 'boolean', about: 'print the version' } },
  positionals: {
    placeholder: 'COMMAND',
    noun: 'command',
    optional: true,
    choices: {
      install: 'make the notebook kernel known to Jupyter',
      uninstall: 'undo install',
      run: 'rerun notebooks without a browser and without Python',
      setup: 'make TensorFlow work on this machine',
    },
  },
  async run({ values }) {
    if (!values.version) throw new UsageError('no command was given');
    process.stdout.write(`${require('../../package.json').version}\n`);
    return 0;
  },
});

if (require.main === module) {
  const [first = '', ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(subcommands, first) ? subcommands[first]! : undefined;
  void (command ? runCommand(command, rest) : runCommand(fracmoment, process.argv.slice(2)));
}
