import { type CellRunner, createCellRunner } from '../cellRunner';
import { runOutsideCells } from '../cells';
import { createCellCompiler } from '../compiler/cellCompiler';
import type { Ts } from '../compiler/names';
import { uninterrupted } from '../interrupt';
import { nodeEnvironment } from './environment';
import { nodeFiles } from './files';
import { cellModules } from './modules';

/**
 * The runner of cells in this process, which lie in its working folder.
 * @param throwIfInterrupted throws if the executing cell was interrupted
 */
export function nodeCellRunner(throwIfInterrupted: () => void): CellRunner {
  const folder = process.cwd();
  const ts = require('typescript-for-cells') as Ts;
  const files = nodeFiles(folder);
  const compiler = createCellCompiler(ts, files, nodeEnvironment());
  const modules = cellModules(folder, {
    transpile: compiler.transpile,
    virtual: compiler.moduleText,
    version: files.version,
  });
  return createCellRunner({
    compiler,
    modules,
    throwIfInterrupted,
    asKernel: (task) => uninterrupted(() => runOutsideCells(task)),
    asCompiler: runOutsideCells,
  });
}
