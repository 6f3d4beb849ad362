import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import * as path from 'node:path';
import { instructionSet } from '../platform/processor';

const root = path.resolve(__dirname, '..', '..');

/** The versions of what a result is made with, and the commit. */
export function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const tfjs = require('@tensorflow/tfjs/package.json') as { version: string };
  return {
    fracmoment: own.version,
    commit: sourceCommit(),
    node: process.version,
    '@tensorflow/tfjs': tfjs.version,
  };
}

/** The commit of this checkout, with a + where files differ from it; 'unknown' outside a checkout. */
function sourceCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'package.json', 'package-lock.json') !== '';
    return git('rev-parse', 'HEAD').trim() + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** The processor, its instruction set and the operating system. */
export function hardware(): string {
  const all = cpus();
  const model = all[0]?.model.trim() ?? 'unknown processor';
  return `${all.length} × ${model} (${instructionSet()}), ${type()} ${release()}`;
}
