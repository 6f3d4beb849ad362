"""Runs every notebook under stock tslab by nbclient: no cell fails, and every verdict is met.

    python .ci/tslab_check.py [NAME…]
"""
import json
import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient

root = pathlib.Path(__file__).resolve().parent.parent
comparison = 'application/vnd.fracmoment.comparison+json'

# a kernelspec of this environment alone
spec = pathlib.Path(sys.prefix, 'share/jupyter/kernels/stock-tslab')
spec.mkdir(parents=True, exist_ok=True)
argv = ['node', str(root / 'node_modules/tslab/bin/tslab'), 'kernel', '--config-path={connection_file}']
kernel = {'argv': argv, 'display_name': 'stock tslab', 'language': 'typescript'}
(spec / 'kernel.json').write_text(json.dumps(kernel))


def verdicts(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get('outputs', [])]
    return [row for output in outputs for row in output.get('data', {}).get(comparison, {}).get('rows', [])]


def problem_of(name):
    notebook = nbformat.read(root / f'notebooks/{name}.ipynb', 4)
    expected = len(verdicts(notebook))
    resources = {'metadata': {'path': str(root / 'notebooks')}}
    client = NotebookClient(notebook, kernel_name='stock-tslab', timeout=300, resources=resources)
    try:
        client.execute()
    except Exception as error:  # a failing cell, or a kernel that died
        return str(error).strip()[-1500:]
    rows = verdicts(notebook)
    unmet = [row['quantity'] for row in rows if not row['met']]
    return None if len(rows) == expected and not unmet else f'{len(rows)} of {expected} verdicts, not met: {unmet}'


failures = 0
names = sys.argv[1:] or sorted(file.stem for file in root.glob('notebooks/*.ipynb'))
for name in names:
    started = time.monotonic()
    problem = problem_of(name)
    failures += problem is not None
    print(f"{'FAILED' if problem else 'ok'}  {name}  {time.monotonic() - started:.0f} s", flush=True)
    if problem:
        print(problem, flush=True)
print(f'{len(names) - failures} passed, {failures} failed')
sys.exit(failures > 0)
