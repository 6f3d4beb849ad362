/*
 * Runs the command line in its arguments for the process that started it, and kills it with all that it has started
 * when that process ends, even by kill -9. The end of stdin tells.
 */
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command!, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
child.on('error', (error) => {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code!);
});
process.stdin.resume().on('end', () => {
  // this process leads the process group; Windows has none
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  child.kill();
  process.exit(1);
});
