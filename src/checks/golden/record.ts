import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { replaceFile } from '../../platform/atomicFile';
import { instructionSet } from '../../platform/processor';
import { publicDeclarations } from './declarations';
import { figureDigests } from './figures';
import { type RecordedNotebooks, recordedNotebooks } from './notebooks';
import { type HexNumbers, numbersOfExports } from './numbers';
import { type RecordedTensors, recordedTensors } from './tensors';

/*
 * The golden record, data/golden.json: what the project's code and notebooks gave when it was last written, to the
 * bit where that can be. A change of the code that is to change nothing is held to it by a test. Written anew by:
 * node dist/golden/record.js --write
 */

export interface GoldenRecord extends RecordedNotebooks {
  numbers: HexNumbers;
  figures: Record<string, string>;
  initializers: RecordedTensors['initializers'];
  /** By backend, native TensorFlow with the instruction set on which it was recorded. */
  weights: Record<string, RecordedTensors['weights']>;
  /** By entry of the package and name. */
  declarations: Record<string, Record<string, string>>;
}

const root = path.resolve(__dirname, '..', '..', '..');
export const goldenFile = path.join(root, 'data', 'golden.json');

export const notebookRecord = () => recordedNotebooks(path.join(root, 'notebooks'));
export const declarationRecord = () => ({
  fracmoment: publicDeclarations(path.join(__dirname, '..', '..', 'index.d.ts')),
  'fracmoment/tensorflow': publicDeclarations(path.join(__dirname, '..', '..', 'tensorflow', 'index.d.ts')),
});

export function readGolden(): GoldenRecord {
  return JSON.parse(readFileSync(goldenFile, 'utf8'));
}

/** What a process of its own gives with FRACMOMENT_TFJS set to this. */
export function tensorRecord(mode: 'required' | 'skip'): RecordedTensors {
  const { stdout, stderr, status } = spawnSync(process.execPath, [__filename, '--tensors'], {
    encoding: 'utf8',
    env: { ...process.env, FRACMOMENT_TFJS: mode },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as RecordedTensors;
}

async function write(): Promise<void> {
  const [native, wasm] = [tensorRecord('required'), tensorRecord('skip')];
  const record: GoldenRecord = {
    ...notebookRecord(),
    numbers: await numbersOfExports(),
    figures: figureDigests(),
    initializers: wasm.initializers,
    weights: { [nativeName()]: native.weights, wasm: wasm.weights },
    declarations: declarationRecord(),
  };
  replaceFile(goldenFile, `${JSON.stringify(record, null, 1)}\n`);
}

/** Native TensorFlow's name in the record: what it computes depends on the instruction set. */
export function nativeName(): string {
  return `tensorflow, ${instructionSet()}`;
}

if (require.main === module) {
  if (process.argv.includes('--write')) void write();
  if (process.argv.includes('--tensors'))
    void recordedTensors().then((record) => process.stdout.write(JSON.stringify(record)));
}
