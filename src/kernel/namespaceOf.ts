/** The exports of a module as `import * as` has them: CommonJS exports are the default as well. */
export function namespaceOf(exports: unknown): unknown {
  const isModule = (typeof exports === 'object' || typeof exports === 'function') && exports !== null;
  if (isModule && ((exports as { __esModule?: boolean }).__esModule || isNamespace(exports))) return exports;
  const namespace: Record<string, unknown> = {};
  if (isModule)
    for (const name of Object.keys(exports))
      if (name !== 'default')
        Object.defineProperty(namespace, name, {
          enumerable: true,
          get: () => (exports as Record<string, unknown>)[name],
        });
  namespace.default = exports;
  return namespace;
}

const isNamespace = (value: object) =>
  (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Module';
