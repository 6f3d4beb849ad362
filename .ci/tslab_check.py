"""Runs every notebook under stock tslab by nbclient: no cell fails, and every verdict is met.

    python .ci/tslab_check.py [NAME…]
"""
import json
import pathlib
import sys
import tempfile
import time

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

root = pathlib.Path(__file__).resolve().parent.parent
comparison = 'application/vnd.fracmoment.comparison+json'

with tempfile.TemporaryDirectory() as folder:
    spec = pathlib.Path(folder, 'stock-tslab')
    spec.mkdir()
    argv = ['node', str(root / 'node_modules/tslab/bin/tslab'), 'kernel', '--config-path={connection_file}']
    kernel = {'argv': argv, 'display_name': 'stock tslab', 'language': 'typescript'}
    (spec / 'kernel.json').write_text(json.dumps(kernel))

    failures = 0
    names = sys.argv[1:] or sorted(file.stem for file in root.glob('notebooks/*.ipynb'))
    for name in names:
        notebook = nbformat.read(root / f'notebooks/{name}.ipynb', 4)
        manager = AsyncKernelManager(kernel_name='stock-tslab')
        manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[folder])
        resources = {'metadata': {'path': str(root / 'notebooks')}}
        client = NotebookClient(notebook, km=manager, timeout=600, resources=resources)
        started = time.monotonic()
        problem = None
        try:
            client.execute()
        except Exception as error:  # a failing cell, or a kernel that died
            problem = str(error).strip()[-1500:]
        outputs = [output for cell in notebook.cells for output in cell.get('outputs', [])]
        rows = [row for output in outputs for row in output.get('data', {}).get(comparison, {}).get('rows', [])]
        unmet = [row['quantity'] for row in rows if not row['met']]
        if problem is None and (not rows or unmet):
            problem = f'verdicts not met: {unmet}' if rows else 'no verdicts'
        failures += problem is not None
        seconds = time.monotonic() - started
        print(f"{'FAILED' if problem else 'ok'}  {name}  {len(rows)} verdicts  {seconds:.0f} s", flush=True)
        if problem:
            print(problem, flush=True)
    print(f'{len(names) - failures} passed, {failures} failed')
    sys.exit(failures > 0)
