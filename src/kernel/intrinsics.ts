// What the kernel needs of the global objects, taken before a cell runs that may replace it.
import { inspect as nodeInspect } from 'node:util';

export const { setTimeout, clearTimeout, setImmediate, queueMicrotask } = globalThis;
export const { stringify, parse } = JSON;
export const inspect = nodeInspect;
