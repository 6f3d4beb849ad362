"""Makes training-kaiming.json: the authors' MNIST network for ReLU from Kaiming's initialization, in PyTorch.

A second sample beside training.json, whose 20 runs were lucky. Usage: python make_training.py IDX_FOLDER > training-kaiming.json
Needs PyTorch (2.13 was used) and NumPy; IDX_FOLDER holds the four unpacked IDX files of MNIST. About 3 minutes.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

RUNS, EPOCHS, BATCH, SEED = 30, 3, 128, 1
UNITS = [784] + [64] * 19 + [10]


def images(name: str) -> torch.Tensor:
    pixels = np.fromfile(Path(sys.argv[1], name), dtype=np.uint8, offset=16).reshape(-1, 784)
    return torch.tensor(pixels.astype(np.float32) / 127.5 - 1)


def labels(name: str) -> torch.Tensor:
    return torch.tensor(np.fromfile(Path(sys.argv[1], name), dtype=np.uint8, offset=8).astype(np.int64))


def main() -> None:
    torch.manual_seed(SEED)
    train, answers = images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")
    test, truth = images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")
    layers = list(zip(UNITS, UNITS[1:]))
    weights = [(torch.randn(RUNS, i, o) * (2 / i) ** 0.5).requires_grad_() for i, o in layers]
    biases = [((2 * torch.rand(RUNS, 1, o) - 1) / i**0.5).requires_grad_() for i, o in layers]
    optimizer = torch.optim.SGD(weights + biases, lr=0.01)

    def outputs(x: torch.Tensor) -> torch.Tensor:
        for w, b in zip(weights, biases):
            x = torch.relu(torch.baddbmm(b, x, w))
        return x

    curves: dict[str, list] = {"trainLoss": [None], "testLoss": [], "testAccuracy": [], "deadOutputs": []}

    def record(name: str, values: torch.Tensor) -> None:
        mean, error = values.mean(), values.std() / RUNS**0.5
        curves[name].append([round(mean.item(), 5), round(error.item(), 5)])

    def evaluate() -> None:
        loss, right, largest = torch.zeros(RUNS), torch.zeros(RUNS), torch.zeros(RUNS, 10)
        with torch.no_grad():
            for start in range(0, len(test), 1000):
                out = outputs(test[start : start + 1000].expand(RUNS, -1, -1))
                y = truth[start : start + 1000]
                loss -= torch.log_softmax(out, 2)[:, torch.arange(len(y)), y].sum(1)
                right += (out.argmax(2) == y).sum(1)
                largest = torch.maximum(largest, out.amax(1))
        record("testLoss", loss / len(test))
        record("testAccuracy", right / len(test))
        record("deadOutputs", (largest <= 0).sum(1).float())

    evaluate()
    for _ in range(EPOCHS):
        order = torch.stack([torch.randperm(len(train)) for _ in range(RUNS)])
        sums = torch.zeros(RUNS)
        for start in range(0, len(train), BATCH):
            chosen = order[:, start : start + BATCH]
            out, y = outputs(train[chosen]), answers[chosen]
            losses = functional.cross_entropy(out.flatten(0, 1), y.flatten(), reduction="none").view(RUNS, -1)
            optimizer.zero_grad(set_to_none=True)
            losses.mean(1).sum().backward()
            optimizer.step()
            sums += losses.detach().sum(1)
        record("trainLoss", sums / len(train))
        evaluate()

    about = (
        "The authors' MNIST network for ReLU from Kaiming's initialization, computed by make_training.py with "
        f"PyTorch {torch.__version__}, seed {SEED}: [mean, standard error over {RUNS} runs] by epoch, epoch 0 being "
        "before training. The measures are those of NetworkCurve."
    )
    lines = [f'  "{name}": {json.dumps(values)}' for name, values in curves.items()]
    print('{\n "about": %s,\n "runs": %d,\n "Kaiming": {\n%s\n }\n}' % (json.dumps(about), RUNS, ",\n".join(lines)))


main()
