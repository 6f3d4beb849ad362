"""Checks the kernel and the notebook runner against the Jupyter project's own client, runner and file format.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    node dist/commands/cli.js install --prefix VENV
    VENV/bin/python .ci/nbclient_check.py

Exits with 1 at the first check that fails.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent
KERNEL = "fracmoment"
TIMEOUT = 60


def notebook(*sources):
    return new_notebook(cells=[new_markdown_cell("# σ"), *map(new_code_cell, sources)])


def run_with_nbclient(nb, folder):
    options = {"kernel_name": KERNEL, "timeout": TIMEOUT, "raise_on_iopub_timeout": True, "coalesce_streams": True}
    NotebookClient(nb, resources={"metadata": {"path": str(folder)}}, **options).execute()
    return nb


def check_failures(folder):
    failures = {
        "throw new RangeError('s must lie in [0.01, 2]')": "s must lie in [0.01, 2]",
        "await Promise.reject(new Error('rejected'))": "rejected",
        "(async () => { throw new Error('not awaited') })(); 1": "not awaited",
        "const x: string = 5": "Type 'number' is not assignable to type 'string'",
    }
    for source, message in failures.items():
        try:
            run_with_nbclient(notebook(source), folder)
        except CellExecutionError as error:
            assert message in str(error), f"{source}: {error}"
        else:
            raise AssertionError(f"passed: {source}")


def check_flood(folder):
    nb = run_with_nbclient(notebook("for (let i = 0; i < 50_000; i++) console.log(i)"), folder)
    (output,) = nb.cells[1].outputs
    assert output.text == "".join(f"{i}\n" for i in range(50_000))


def check_interrupt_and_restart(folder):
    manager = KernelManager(kernel_name=KERNEL)
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()

    try:
        client.wait_for_ready(timeout=TIMEOUT)
        for loop in ("for (;;) await new Promise((r) => setTimeout(r, 5))", "for (;;) await null", "while (true) {}"):
            request = client.execute(f"console.log('started'); {loop}")
            while client.get_iopub_msg(timeout=TIMEOUT)["content"].get("text") != "started\n":
                pass
            manager.interrupt_kernel()
            while (reply := client.get_shell_msg(timeout=TIMEOUT))["parent_header"]["msg_id"] != request:
                pass
            assert reply["content"]["ename"] == "KeyboardInterrupt", reply["content"]
            seen = []
            reply = client.execute_interactive("console.log('clean')", timeout=TIMEOUT, output_hook=seen.append)
            assert reply["content"]["status"] == "ok"
            streams = [message["content"]["text"] for message in seen if message["msg_type"] == "stream"]
            assert streams == ["clean\n"], seen

        client.execute("const beforeRestart = 1; while (true) {}")
        manager.restart_kernel()
        client.wait_for_ready(timeout=TIMEOUT)
        reply = client.execute_interactive("beforeRestart", timeout=TIMEOUT, output_hook=lambda message: None)
        assert "Cannot find name" in reply["content"]["evalue"], reply["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def check_runner(folder):
    """Our runner saves what nbclient would, byte for byte as nbformat writes it."""
    sources = (
        "import { relu } from 'fracmoment';\nrelu",
        "console.log('a\\u2028b\\fc'); console.log('d'); console.error('e')",
        "const host = (globalThis as any)[Symbol.for('fracmoment.cell')];\n"
        "host.display({ data: { 'text/plain': 'x\\ny', 'image/svg+xml': '<svg>\\n</svg>', 'image/png': 'YQ==',"
        " 'application/vnd.example+json': { tiny: [1e-7, 1.5e-5, 0.1, 1e21, 123456789012], text: 'σ\\n' } },"
        " metadata: { 'image/png': { width: 1 } } }, { displayId: 'shown' })",
        "host.display({ data: { 'text/html': '<b>\\n</b>' } }, { displayId: 'shown', update: true })",
        "import * as tslab from 'tslab';\nconst d = tslab.newDisplay(); d.html('1'); d.html('2'); 'last'",
    )
    nb = notebook(*sources)
    file = Path(folder) / "runner.ipynb"
    nbformat.write(nb, file)
    subprocess.run(["node", ROOT / "dist" / "commands" / "cli.js", "run", file], check=True, stdout=subprocess.DEVNULL)
    text = file.read_text("utf-8")
    ours = nbformat.reads(text, as_version=4)
    nbformat.validate(ours)
    assert nbformat.writes(ours) + "\n" == text
    theirs = run_with_nbclient(nb, folder)
    for cell in theirs.cells:
        cell.metadata.pop("execution", None)  # when it ran
    assert ours.cells == theirs.cells


def check_notebooks():
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text = file.read_text("utf-8")
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
        assert nbformat.writes(nb) + "\n" == text, f"{file.name} is not as Jupyter saves it"


def main():
    with tempfile.TemporaryDirectory(dir=ROOT / "dist") as folder:  # where 'fracmoment' is found by name
        checks = {
            "failing cells fail": lambda: check_failures(folder),
            "50,000 lines arrive": lambda: check_flood(folder),
            "interrupt and restart": lambda: check_interrupt_and_restart(folder),
            "the runner's files": lambda: check_runner(folder),
            "the notebooks' files": check_notebooks,
        }
        for name, check in checks.items():
            check()
            print(f"ok  {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
