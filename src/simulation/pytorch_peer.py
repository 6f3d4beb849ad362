"""The loops of the authors' notebooks, rewritten as a reference for the benchmark `simulation`.

    python pytorch_peer.py DEPTH NETWORKS STD...

builds the networks once per weight standard deviation, as those notebooks do, and prints the elapsed seconds and the
mean log-norms of the outputs. Requires PyTorch.
"""

import sys
import time

import torch

WIDTH = 64


def mean_log_norm(depth: int, networks: int, std: float) -> float:
    total = 0.0
    for seed in range(networks):
        torch.manual_seed(seed)
        x = torch.randn(WIDTH)
        for _ in range(depth):
            x = torch.relu(std * torch.randn(WIDTH, WIDTH) @ x)
        total += torch.log(torch.norm(x)).item()
    return total / networks


depth, networks, *stds = sys.argv[1:]
start = time.perf_counter()
means = [mean_log_norm(int(depth), int(networks), float(std)) for std in stds]
print(time.perf_counter() - start, *means)
