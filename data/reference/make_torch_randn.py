"""Normal numbers by PyTorch's CPU generator, for the tests of TorchGenerator; writes torch-randn.json beside this file.

python3 -m pip install torch==2.13.0 && python3 data/reference/make_torch_randn.py
"""
import json
from pathlib import Path

import torch

ABOUT = (
    f"torch.manual_seed(seed) and then torch.randn under PyTorch {torch.__version__.split('+')[0]} on the CPU, float32, "
    "by make_torch_randn.py. rows: randn(64) whole (first64); then of randn(64, 64) the first and the last row; then the "
    "sum of a second randn(64, 64). sizes: randn(size), then randn(3): sizes under 16 and sizes that are no multiple of "
    "16 take other paths."
)


def row(seed):
    torch.manual_seed(seed)
    first, matrix, second = torch.randn(64), torch.randn(64, 64), torch.randn(64, 64)
    return {
        "seed": seed,
        "first64": first.tolist(),
        "firstMatrixRow0": matrix[0].tolist(),
        "firstMatrixRow63": matrix[63].tolist(),
        "secondMatrixSum": second.double().sum().item(),
    }


def path_of(size, seed=7):
    torch.manual_seed(seed)
    values, following = torch.randn(size), torch.randn(3)
    return {"seed": seed, "size": size, "values": values.tolist(), "nextThree": following.tolist()}


def lines(records):
    return "[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]"


rows = [row(seed) for seed in (0, 1, 42, 99, 499)]
sizes = [path_of(size) for size in (1, 7, 15, 16, 17, 20, 31, 33, 100)]
text = f'{{"about": {json.dumps(ABOUT)},\n"rows": {lines(rows)},\n"sizes": {lines(sizes)}}}\n'
Path(__file__).with_name("torch-randn.json").write_text(text)
