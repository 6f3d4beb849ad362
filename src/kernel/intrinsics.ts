// What the kernel needs of the global objects, taken before a cell runs that may replace it.
import { languageNames, writeMessage } from './engine';

export { inspect } from './engine';

export const { setTimeout, clearTimeout, setImmediate, queueMicrotask } = globalThis;
export const { stringify, parse } = JSON;

const { ownKeys, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;

/** A function of the language that Node, TypeScript or the kernel may call, or an object that holds some. */
interface Intrinsic {
  owner: Record<PropertyKey, unknown>;
  key: string | symbol;
  descriptor: PropertyDescriptor;
  name: string;
  /** Whether it may be another function. */
  maybeReplaced: boolean;
}

/** Of these a cell may replace functions for good, such as Math.random by a seeded one; Node and the kernel call few of them. */
const replaceable = /^(?:Math|Date|Intl|Number|BigInt|Error)\b/;

function functionsOf(owner: object, ownerName: string): Intrinsic[] {
  const found: Intrinsic[] = [];
  for (const key of ownKeys(owner)) {
    const descriptor = getOwnPropertyDescriptor(owner, key)!;
    const name = typeof key === 'symbol' ? `${ownerName}[${key.description}]` : `${ownerName}.${key}`;
    if (typeof descriptor.value === 'function')
      found.push({
        owner: owner as Intrinsic['owner'],
        key,
        descriptor,
        name,
        maybeReplaced: replaceable.test(ownerName),
      });
  }
  return found;
}

/** Every function of the language: the global ones, their own, and those of their prototypes. */
function languageFunctions(): Intrinsic[] {
  const iterator = Object.getPrototypeOf([][Symbol.iterator]()) as object;
  const found = functionsOf(iterator, 'the array iterator');
  for (const name of languageNames) {
    const descriptor = getOwnPropertyDescriptor(globalThis, name);
    const value = descriptor?.value as { prototype?: unknown } | undefined;
    if (name === 'globalThis' || !value || !/^(function|object)$/.test(typeof value)) continue;
    found.push({
      owner: globalThis as unknown as Intrinsic['owner'],
      key: name,
      descriptor: descriptor!,
      name,
      maybeReplaced: replaceable.test(name),
    });
    found.push(...functionsOf(value, name));
    if (value.prototype) found.push(...functionsOf(value.prototype as object, `${name}.prototype`));
  }
  return found;
}

const intrinsics = languageFunctions();

/** Inherited by every object, these change what its JSON is and what a property's description says. */
const MISLEADING = ['toJSON', 'value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const;
const objects = Object.prototype as { [name: string]: unknown };

/**
 * Puts functions of the language back that cells have removed or replaced, and takes away what misleads every object: with
 * either, neither Node nor the kernel works. Says so on stderr.
 */
export function restoreIntrinsics(): void {
  let restored = '';
  // relies on nothing that it restores
  for (let i = 0; i < intrinsics.length; i++) {
    const { owner, key, descriptor, name, maybeReplaced } = intrinsics[i]!;
    const now = owner[key as string];
    if (now === descriptor.value || (typeof now === 'function' && maybeReplaced)) continue;
    if (!defineProperty(owner, key, descriptor)) continue;
    restored += `${restored && ', '}${name}`;
  }
  for (let i = 0; i < MISLEADING.length; i++) {
    const name = MISLEADING[i]!;
    if (objects[name] === undefined || !deleteProperty(objects, name)) continue;
    restored += `${restored && ', '}Object.prototype without ${name}`;
  }
  if (restored) writeMessage(`restored ${restored}, which the kernel needs\n`);
}

/** Puts back what cells had replaced, after `withIntrinsics`; also where its work was terminated. */
export let returnReplaced: () => void = () => {};

/**
 * Does work that ends before it returns, such as TypeScript's, with the functions of the language as they were before cells
 * replaced some; cells find their own again.
 */
export function withIntrinsics<T>(work: () => T): T {
  const replaced: PropertyDescriptor[] = [];
  const places: Intrinsic[] = [];
  // relies on nothing that it puts back
  for (let i = 0; i < intrinsics.length; i++) {
    const { owner, key, descriptor } = intrinsics[i]!;
    const now = getOwnPropertyDescriptor(owner, key);
    if (!now || now.value === descriptor.value) continue;
    places[places.length] = intrinsics[i]!;
    replaced[replaced.length] = now;
    defineProperty(owner, key, descriptor);
  }
  returnReplaced = () => {
    for (let i = 0; i < places.length; i++) defineProperty(places[i]!.owner, places[i]!.key, replaced[i]!);
    places.length = 0;
  };
  try {
    return work();
  } finally {
    returnReplaced();
  }
}
