// Names of a cell that must not be seen by the modules it uses.

/**
 * Names that libraries look for to learn where they run. A cell's variables are variables of the whole process, so one of
 * these, or of the name of anything global, is kept under another name: `const window = 5` would make TensorFlow.js
 * believe that it runs in a browser.
 */
const probed = new Set([
  ...['window', 'self', 'document', 'navigator', 'location', 'history', 'screen', 'frames', 'top', 'parent'],
  ...['name', 'status', 'origin', 'event', 'external', 'opener', 'length', 'closed', 'chrome', 'browser'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore', 'customElements'],
  ...[
    'requestAnimationFrame',
    'cancelAnimationFrame',
    'requestIdleCallback',
    'getComputedStyle',
    'matchMedia',
  ],
  ...['Image', 'Audio', 'Option', 'Element', 'HTMLElement', 'Node', 'Window', 'Document', 'XMLHttpRequest'],
  ...[
    'HTMLCanvasElement',
    'HTMLImageElement',
    'HTMLVideoElement',
    'ImageData',
    'ImageBitmap',
    'OffscreenCanvas',
  ],
  ...['WebGLRenderingContext', 'WebGL2RenderingContext', 'GPU', 'FileReader', 'FileList', 'DOMParser'],
  ...['MutationObserver', 'ResizeObserver', 'IntersectionObserver', 'ActiveXObject', 'VBArray'],
  ...[
    'Worker',
    'SharedWorker',
    'WorkerGlobalScope',
    'DedicatedWorkerGlobalScope',
    'ServiceWorkerGlobalScope',
  ],
  ...['importScripts', 'postMessage', 'onmessage', 'close', 'open', 'print', 'stop', 'focus', 'blur', 'find'],
  ...[
    'define',
    'require',
    'module',
    'exports',
    'process',
    'global',
    'Buffer',
    'setImmediate',
    'clearImmediate',
  ],
  ...[
    'Deno',
    'Bun',
    'EdgeRuntime',
    'WScript',
    'Packages',
    'java',
    'load',
    'read',
    'quit',
    'print',
    'tf',
    'Plotly',
  ],
  ...['jest', 'describe', 'it', 'test', 'expect', 'jasmine', 'Mocha', 'angular', 'jQuery', '$', '_', 'React'],
  ...[
    '$cell',
    '$turns',
    '__filename',
    '__dirname',
    '__webpack_require__',
    '__non_webpack_require__',
    '__DEV__',
    '__tslab__',
  ],
  ...[
    'Iterator',
    'WeakRef',
    'FinalizationRegistry',
    'SharedArrayBuffer',
    'Atomics',
    'WebAssembly',
    'Float16Array',
  ],
  ...['DisposableStack', 'AsyncDisposableStack', 'SuppressedError', 'Temporal', 'ShadowRealm'],
]);

/** The name of the variable that holds a cell's `name`; usually the same. */
export function variableName(name: string): string {
  return probed.has(name) || name in globalThis ? `cell_${name}` : name;
}

/** The name of the variable that holds a cell's `name` once a cell has imported it as a variable that changes. */
export function liveVariableName(name: string): string {
  return `live_${name}`;
}
