import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { type Context, Script } from 'node:vm';
import { replaceFile } from '../platform/atomicFile';
import { cacheFolder } from '../platform/cacheFolder';
import { makeFolder } from '../platform/folder';

// Compiling Plotly takes half of the time to the first chart, so that V8's compiled code is kept in the user's
// cache folder, after a digest of all that it depends on and of itself.

const file = () => path.join(cacheFolder(), 'plotly.code');
const digestSize = 32;

function digest(source: string, code: Uint8Array): Buffer {
  return createHash('sha256').update(`${process.version} ${process.arch} ${source}`).update(code).digest();
}

let fresh: { script: Script; source: string } | undefined;

/** Defines the global `Plotly` of a page, from the compiled code of an earlier process if there is any. */
export function definePlotly(page: Context): void {
  const source = readFileSync(require.resolve('plotly.js-dist'), 'utf8');
  const script = new Script(source, { filename: 'plotly.js', cachedData: readCode(source) });
  if (script.cachedDataRejected !== false) fresh = { script, source };
  script.runInContext(page);
}

/** Keeps the compiled code for later processes. Called after a drawing, it includes what drawing needs. */
export function keepPlotlyCode(): void {
  if (fresh === undefined) return;
  const { script, source } = fresh;
  fresh = undefined;
  const code = script.createCachedData();
  try {
    makeFolder(cacheFolder());
    replaceFile(file(), Buffer.concat([digest(source, code), code]));
  } catch {
    // without a folder to write to, every process compiles Plotly
  }
}

/** The code that was kept; undefined if there is none, or for another Plotly or Node, or if it is damaged. */
function readCode(source: string): Buffer | undefined {
  let content: Buffer;
  try {
    content = readFileSync(file());
  } catch {
    return undefined;
  }
  const code = content.subarray(digestSize);
  return content.subarray(0, digestSize).equals(digest(source, code)) ? code : undefined;
}
