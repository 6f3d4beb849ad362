// The program of all Web Workers: the name of the worker tells which of Node's worker modules it stands for.
const modules: Readonly<Record<string, () => Promise<unknown>>> = {
  'simulation/networks.worker': () => import('./simulation/networks.worker.js'),
  'simulation/tiltedNetworks.worker': () => import('./simulation/tiltedNetworks.worker.js'),
  'paper/replay.worker': () => import('./paper/replay.worker.js'),
};

void modules[(globalThis as unknown as { name: string }).name]!();
