import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { bench, benchmarkFiles } from './bench';
import { fracmoment, subcommands } from './cli';
import { parseCommandLine, UsageError } from './command';
import { data } from './data';
import { type Command, defineCommand, usage } from './description';
import { experimentsCommand } from './experiments';
import { lab } from './lab';
import { reproduce } from './reproduce';
import { site } from './site';

const root = path.resolve(__dirname, '..', '..');

/** All commands, each with the file and the first arguments that call it. */
const commands: [command: Command, file: string, ...first: string[]][] = [
  [fracmoment, 'cli.js'],
  ...Object.entries(subcommands).map(([name, command]): [Command, string, string] => [
    command,
    'cli.js',
    name,
  ]),
  [reproduce(path.join(root, 'notebooks')), 'reproduce.js'],
  [lab, 'lab.js'],
  [bench, 'bench.js'],
  [experimentsCommand, 'experiments.js'],
  [data, 'data.js'],
  [site, 'site.js'],
];

const folder = mkdtempSync(path.join(tmpdir(), 'fracmoment-command-'));
after(() => rmSync(folder, { recursive: true }));

const home = path.join(folder, 'home');
mkdirSync(home);
/** Writes the names of the modules that were loaded when the process ends. */
const spy = path.join(folder, 'spy.cjs');
const loaded = path.join(folder, 'loaded.json');
writeFileSync(
  spy,
  `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(Object.keys(require.cache))))`,
);

/** A file of JSON that is no object. */
const number = path.join(folder, 'number.json');
writeFileSync(number, '5');

/** Calls a command in an empty folder, which is the user's own too. */
function call(file: string, ...args: string[]): SpawnSyncReturns<string> {
  const env = {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: home,
    XDG_DATA_HOME: home,
    JUPYTER_DATA_DIR: home,
  };
  const program = path.join(__dirname, file);
  return spawnSync(process.execPath, ['-r', spy, program, ...args], { encoding: 'utf8', cwd: home, env });
}

/** Everything heavy lies behind one of these. */
const heavy =
  /node_modules|dist\/(kernel\/(client|run|main|compiler)|tensorflow|training\/(runExperiment|trainEnsemble|mergeResults|plan)|render|datasets\/fetchCifar10)/;

function assertRefused(
  { status, stdout, stderr }: SpawnSyncReturns<string>,
  complaint: string,
  command: Command,
): void {
  assert.equal(stderr, `fracmoment: ${complaint}\n\n${usage(command)}`);
  assert.deepEqual([status, stdout], [2, '']);
  assert.deepEqual(readdirSync(home), [], 'nothing is created');
  const modules = JSON.parse(readFileSync(loaded, 'utf8')) as string[];
  assert.deepEqual(
    modules
      .map((file) => path.relative(root, file).replaceAll(path.sep, '/'))
      .filter((file) => heavy.test(file)),
    [],
    'nothing heavy is loaded',
  );
}

describe('every command', () => {
  for (const [command, file, ...first] of commands) {
    test(`${command.name}: --help prints the usage on stdout and exits with 0`, () => {
      for (const help of ['--help', '-h']) {
        const { status, stdout, stderr } = call(file, ...first, help);
        assert.deepEqual([status, stdout, stderr], [0, usage(command), '']);
      }
    });

    if (command !== lab)
      test(`${command.name}: an unknown flag is refused with 2, the complaint and the usage on stderr`, () => {
        assertRefused(call(file, ...first, '--bogus'), 'unknown flag: --bogus', command);
      });

    test(`${command.name}: the usage lists every flag and name of its tables, at most 100 columns wide`, () => {
      const text = usage(command);
      assert.ok(text.startsWith(`Usage: ${command.name}`));
      const entries = [...Object.keys(command.flags).map((name) => `--${name}`), '--help'];
      for (const entry of [...entries, ...Object.keys(command.positionals?.choices ?? {})])
        assert.match(text, new RegExp(`^  (-\\w, )?${entry}( |$)`, 'm'));
      for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
    });
  }
});

describe('a wrong command line is refused before anything is created or loaded:', () => {
  const called = (name: string) => commands.find(([command]) => command.name === name)!;
  const runs = 'a list of different integers in [0, 1048575], such as 0-4,7';
  for (const [name, args, complaint] of [
    ['fracmoment', '', 'no command was given'],
    ['fracmoment', 'frobnicate', 'no command is called frobnicate'],
    ['fracmoment', 'toString', 'no command is called toString'],
    ['fracmoment install', '--user --prefix x', '--user and --prefix exclude each other'],
    ['fracmoment install', '--prefix', '--prefix needs a value: --prefix DIR'],
    ['fracmoment install', '--user=yes', '--user takes no value; got yes'],
    ['fracmoment install', `--prefix ${spy}`, `--prefix must be a folder; got ${spy}`],
    ['fracmoment uninstall', 'extra', 'unexpected argument: extra'],
    ['fracmoment run', '', 'no notebook was given'],
    ['fracmoment run', 'missing.ipynb', 'no such file: missing.ipynb'],
    ['fracmoment run', folder, `no such file: ${folder}`],
    ['fracmoment run', `${spy} --timeout soon`, '--timeout must be a number in (0, ∞); got soon'],
    ['fracmoment run', `${spy} --timeout -1`, '--timeout must be a number in (0, ∞); got -1'],
    ['fracmoment run', `${spy} ${spy} --out new`, '--out needs notebooks of different names'],
    ['fracmoment run', `${spy} -p width`, '-p must be NAME=VALUE; got width'],
    ['fracmoment run', `${spy} -p =3`, '-p must be NAME=VALUE; got =3'],
    ['fracmoment run', `${spy} -p`, '-p needs a value: -p NAME=VALUE'],
    ['fracmoment run', `${spy} --parameters nope.json`, '--parameters must be a file; got nope.json'],
    [
      'fracmoment run',
      `${spy} --parameters ${number}`,
      `--parameters must be a file that contains a JSON object; got ${number}`,
    ],
    ['npm run reproduce --', 'nope', 'no notebook is called nope'],
    ['npm run reproduce --', '--timeout x', '--timeout must be a number in (0, ∞); got x'],
    ['npm run bench --', '', 'no benchmark was given'],
    ['npm run bench --', 'nope', 'no benchmark is called nope'],
    ['npm run data --', 'cifar11', 'no data set is called cifar11'],
    ['npm run data --', 'cifar10 cifar10', 'unexpected argument: cifar10'],
    ['npm run experiments --', '', 'no experiment was given'],
    ['npm run experiments --', 'mnist --out new', 'no experiment is called mnist'],
    ['npm run experiments --', 'mnist-relu --runs x --epochs zwei', `--runs must be ${runs}; got x`],
    [
      'npm run experiments --',
      'mnist-relu --epochs zwei --runs x',
      '--epochs must be an integer in [1, 65535]; got zwei',
    ],
    [
      'npm run experiments --',
      'mnist-relu --epochs 0 --out new',
      '--epochs must be an integer in [1, 65535]; got 0',
    ],
    [
      'npm run experiments --',
      'mnist-relu --epochs 65536',
      '--epochs must be an integer in [1, 65535]; got 65536',
    ],
    [
      'npm run experiments --',
      'mnist-relu --epochs 1.5',
      '--epochs must be an integer in [1, 65535]; got 1.5',
    ],
    ['npm run experiments --', 'mnist-relu --epochs --resume', '--epochs needs a value: --epochs N'],
    ['npm run experiments --', 'mnist-relu --threads 0', '--threads must be an integer in [1, ∞); got 0'],
    ['npm run experiments --', '--merge', 'no file was given'],
    ['npm run experiments --', '--merge missing.json --out new', 'no such file: missing.json'],
    ['npm run experiments --', `--merge ${spy} --epochs 3`, '--merge and --epochs exclude each other'],
    ['npm run experiments --', `--resume ${spy} --merge`, '--merge and --resume exclude each other'],
    ['npm run experiments --', 'mnist-relu --plan --out new', '--plan and --out exclude each other'],
  ] as const)
    test(`${name} ${args.replaceAll(folder, '…')}`, () => {
      const [command, file, ...first] = called(name);
      assertRefused(call(file, ...first, ...args.split(' ').filter(Boolean)), complaint, command);
    });
});

test('a list of integers is read as its numbers, and refused unless they are different and in range', () => {
  const command = defineCommand({
    name: 'test',
    about: 'Test.',
    flags: { runs: { kind: 'integers', placeholder: 'LIST', range: [0, 20], about: 'runs' } },
    run: () => Promise.resolve(0),
  });
  const parse = (text: string) => parseCommandLine(command, [`--runs=${text}`]).values.runs;
  assert.deepEqual(parse('0-4,7'), [0, 1, 2, 3, 4, 7]);
  assert.deepEqual(parse('20,3'), [20, 3]);
  for (const bad of ['1-', '4-2', '0-x', '1.5', '3,', '3,3', '0-4,2', '19-21', '0-99999999999'])
    assert.throws(
      () => parse(bad),
      new UsageError(`--runs must be a list of different integers in [0, 20], such as 0-4,7; got ${bad}`),
    );
});

test('values arrive by the kinds of their flags', () => {
  const { values, positionals } = parseCommandLine(experimentsCommand, [
    ...['mnist-relu', '--epochs', '3', '--out=new', '--resume', 'mnist-linear'],
  ]);
  assert.deepEqual(positionals, ['mnist-relu', 'mnist-linear']);
  assert.deepEqual(
    { ...values },
    {
      runs: undefined,
      epochs: 3,
      resume: true,
      threads: undefined,
      out: 'new',
      checkpoints: undefined,
      merge: false,
      plan: false,
    },
  );
});

test('a flag may have a short name, and be given several times', () => {
  const command = defineCommand({
    name: 'test',
    about: 'Test.',
    flags: { parameter: { kind: 'texts', short: 'p', placeholder: 'TEXT', about: 'texts' } },
    run: () => Promise.resolve(0),
  });
  const parse = (...args: string[]) => parseCommandLine(command, args).values.parameter;
  assert.deepEqual(parse(), []);
  assert.deepEqual(parse('-p', 'a=1', '--parameter=b', '-pc', '-p', 'a=1'), ['a=1', 'b', 'c', 'a=1']);
  assert.match(usage(command), /^ {2}-p, --parameter TEXT {2}texts$/m);
});

test('jupyter lab gets the arguments as they are', () => {
  const args = ['--no-browser', '--port', '8890', 'tour.ipynb'];
  assert.deepEqual(parseCommandLine(lab, args).positionals, args);
});

test('a failure makes exit code 1 and one line, without a stack', () => {
  const program = `const { runCommand } = require(${JSON.stringify(path.join(__dirname, 'command.js'))});
    const run = () => Promise.reject(new Error('out of luck'));
    runCommand({ name: 'test', about: 'Test.', flags: {}, run }, [])`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [1, '', 'fracmoment: out of luck\n']);
});

test('the benchmarks of the table are those that there are', () => {
  assert.deepEqual(Object.keys(bench.positionals!.choices!), [...benchmarkFiles().keys()].sort());
});

test('the commands of fracmoment are those of its table', () => {
  assert.deepEqual(Object.keys(subcommands), Object.keys(fracmoment.positionals!.choices!));
});
