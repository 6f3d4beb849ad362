"""An ensemble of networks trained in PyTorch with batched matrix products, for comparison in training.bench.ts.

Usage: python pytorch_peer.py RUNS SCHEMES DEPTH WIDTH BATCH THREADS

Prints "ready"; then, for every line "N" on standard input, trains N steps and prints the elapsed seconds.

RUNS x SCHEMES networks with 784 inputs, DEPTH layers of WIDTH units and 10 outputs, ReLU including the logits, softmax
cross-entropy, plain SGD. The schemes of a run share its minibatch, so that their first layers are one product. All
buffers are allocated once and reused.
"""

import sys
import time

import torch


def main() -> None:
    runs, schemes, depth, width, batch, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    networks = runs * schemes
    rate = 0.01 / batch
    units = [784] + [width] * (depth - 1) + [10]
    # the first-layer weights of all schemes of a run, side by side: [run, input, scheme x unit]
    weights = [torch.randn(runs, 784, schemes * units[1]) * (2 / 784) ** 0.5]
    weights += [torch.randn(networks, i, o) * (2 / i) ** 0.5 for i, o in zip(units[1:], units[2:])]
    biases = [torch.zeros(networks, 1, o) for o in units[1:]]
    values = [torch.empty(networks, batch, o) for o in units[1:]]
    slopes = [torch.empty(networks, batch, o) for o in units[1:]]
    shared = torch.empty(runs, batch, schemes * units[1])

    def by_network(x: torch.Tensor) -> torch.Tensor:
        return x.view(runs, batch, schemes, units[1]).transpose(1, 2)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        torch.bmm(images, weights[0], out=shared)
        first = values[0].view(runs, schemes, batch, units[1])
        torch.add(by_network(shared), biases[0].view(runs, schemes, 1, units[1]), out=first)
        torch.relu_(values[0])
        for layer in range(1, depth):
            torch.baddbmm(biases[layer], values[layer - 1], weights[layer], out=values[layer])
            torch.relu_(values[layer])
        target = labels.view(runs, 1, batch, 1).expand(runs, schemes, batch, 1).reshape(networks, batch, 1)
        slope = slopes[-1].copy_(torch.softmax(values[-1], 2))
        slope.scatter_add_(2, target, slope.new_full((1, 1, 1), -1.0).expand_as(target))
        for layer in range(depth - 1, -1, -1):
            torch.ops.aten.threshold_backward.grad_input(slope, values[layer], 0, grad_input=slope)
            if layer > 0:
                below = torch.bmm(slope, weights[layer].transpose(1, 2), out=slopes[layer - 1])
                weights[layer].baddbmm_(values[layer - 1].transpose(1, 2), slope, alpha=-rate)
            else:
                by_network(shared).copy_(slope.view(runs, schemes, batch, units[1]))
                weights[0].baddbmm_(images.transpose(1, 2), shared, alpha=-rate)
            biases[layer].add_(slope.sum(1, keepdim=True), alpha=-rate)
            if layer > 0:
                slope = below

    data = torch.randn(2000, 784)
    answers = torch.randint(0, 10, (2000,))

    def batches() -> tuple[torch.Tensor, torch.Tensor]:
        chosen = torch.randint(0, 2000, (runs, batch))
        return data[chosen], answers[chosen]

    with torch.no_grad():
        for _ in range(2):
            step(*batches())
        print(f"ready {torch.__version__}", flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            for _ in range(int(line)):
                step(*batches())
            print(time.perf_counter() - start, flush=True)


main()
