"""Runs the Jupyter project's own suite for kernels, with all of its optional samples.

    VENV/bin/pip install jupyter_kernel_test==0.7.0
    node dist/commands/cli.js install --prefix VENV
    VENV/bin/python .ci/kernel_test.py
"""

import unittest

import jupyter_kernel_test as suite

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class KernelTests(suite.KernelTests):
    kernel_name = "fracmoment"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    code_page_something = "Math.max?"
    code_generate_error = "throw new Error('no')"
    code_clear_output = "console.clear()"
    code_inspect_sample = "Math.max"
    completion_samples = [
        {"text": "Math.ma", "matches": {"max"}},
        {"text": "relu", "matches": {"import { relu } from 'fracmoment';\nrelu"}},
        {"text": "import * as f from 'fracmom", "matches": {"fracmoment", "fracmoment/tensorflow"}},
    ]
    complete_code_samples = ["1", "const a = 1", "f(\n1)", "`a\nb`"]
    incomplete_code_samples = ["f(", "if (a) {", "`a", "/* a"]
    invalid_code_samples = [")", "const = 1", "'a"]
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'σ'", "result": "'σ'"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>σ</b>' }) })",
            "mime": "text/html",
            "result": "<b>σ</b>",
        },
    ]
    code_display_data = [
        {"code": "import * as tslab from 'tslab';\ntslab.display.html('<b>σ</b>')", "mime": "text/html"},
        {"code": f"tslab.display.png(Buffer.from('{PIXEL}', 'base64'))", "mime": "image/png"},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6 ? 7"


class IopubWelcomeTests(suite.IopubWelcomeTests):
    kernel_name = "fracmoment"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
