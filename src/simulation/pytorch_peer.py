"""The loops of the authors' notebooks, written anew, as a peer for the benchmark `simulation`.

Reads lines `DEPTH NETWORKS STD…` from stdin and answers each with the seconds it took to build the networks once for
every weight standard deviation, as those notebooks do, and with the sum of the outputs' log-norms as a check.
Needs PyTorch.
"""

import sys
import time

import torch

WIDTH = 64


def log_norms(depth: int, networks: int, std: float) -> float:
    total = 0.0
    for seed in range(networks):
        torch.manual_seed(seed)
        x = torch.randn(WIDTH)
        for _ in range(depth):
            x = torch.relu(std * torch.randn(WIDTH, WIDTH) @ x)
        total += torch.log(torch.norm(x)).item()
    return total


for line in sys.stdin:
    depth, networks, *stds = line.split()
    start = time.perf_counter()
    check = sum(log_norms(int(depth), int(networks), float(std)) for std in stds)
    print(time.perf_counter() - start, check, flush=True)
