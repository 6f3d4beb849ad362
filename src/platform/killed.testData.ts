// Programs that are killed by SIGKILL at a moment of their choice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Makes a program stop for good when it has written a file and is about to give it its name. */
export const stopBeforeRename = `require('fs').renameSync = () => {
  require('fs').writeSync(1, 'written');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};`;

/** Runs a program that requires modules from a folder, and kills it when it first writes to stdout. */
export async function runAndKill(program: string, folder: string): Promise<void> {
  const child = spawn(process.execPath, ['-e', program], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
