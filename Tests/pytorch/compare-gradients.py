"""Compares logits and gradients of adamw-ddp with PyTorch's, network by network, on the same weights.

    compare-gradients.py --probe gradient-probe --data DIR [--models NAME,...] [--seeds N] [--conv WAY]

A network is one of networks.py with random weights, gains, biases and running statistics; a batch
is of images of test_batch.bin, mean cross-entropy, BatchNorm over the batch. The judge is PyTorch in
float64. Errors are norms of differences:

SiLU for ReLU   everything is smooth, so each tensor's gradient is within 1e-4 of its norm; 32 images.
ReLU            a value near its kink falls on another side in float32, so what counts is the error of
                all tensors together: its median over the seeds is at most 3 times that of PyTorch's
                own float32. 128 images: of 32 so few values change sides, a handful to none, that
                chance alone makes the medians of either differ by ten times.
Both            logits are within 1e-4 of their largest magnitude. A tensor whose true gradient is zero,
                a bias that a BatchNorm takes away again, is within 1e-5 of all tensors' norm.

A network that the program does not have is left out, with a word. Exit status 0: all hold.
"""

import argparse
import dataclasses
import pathlib
import statistics
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from cifar import read_images
from networks import CifarResNet, FlowersCNN, KerasV1, KerasV2, ResNet18, ShakeNet

LOGITS, SMOOTH, KINKED, ZERO = 1e-4, 1e-4, 3, 1e-5
NOTHING = 1e-9  # of all tensors' norm: a gradient this small in float64 is zero
SAMPLES = {"silu": 32, "relu": 128}
MEAN, STD = (125.3, 123.0, 113.9), (63.0, 62.1, 66.7)

# Name in adamw-ddp's catalog, classes, and the network for an activation; a new one is a row.
NETWORKS = {
    "resnet20": (10, lambda act: CifarResNet(20, 10, act)),
    "resnet18": (10, lambda act: ResNet18(10, act)),
    "resnet20v1": (10, lambda act: KerasV1(3, 10, act)),
    "resnet56v2": (10, lambda act: KerasV2(6, 10, act)),
    "shake26-2x16d": (10, lambda act: ShakeNet(16, 4, 10, act)),
    "flowers-cnn": (5, lambda act: FlowersCNN(32, 5, act)),
}


@dataclasses.dataclass
class Errors:
    """Of one seed: the probe's, and of all tensors together also PyTorch's own."""

    logits: float
    worst: float
    tensor: str
    zero: float
    together: float
    own: float


def draw_weights(network, seed):
    """Weights of He's size by fan-in; gains about 1; biases and running statistics that matter."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            drawn = torch.randn(value.shape, generator=random) if value.dtype == torch.float32 else None
            if value.dim() > 1:
                value.copy_(drawn * (2 / value[0].numel()) ** 0.5)
            elif name.endswith("running_var"):
                value.copy_(1 + 0.2 * drawn.abs())
            elif drawn is not None:
                value.copy_(0.2 * drawn + name.endswith("weight"))


def pytorch(network, images, labels):
    network.train().zero_grad()
    logits = network(images)
    F.cross_entropy(logits, labels).backward()
    gradients = {name: value.grad.double() for name, value in network.named_parameters()}
    return logits.detach().double(), gradients


def probe(chosen, folder, name, network, batch, smooth):
    weights, images, result = (str(folder / f"{part}.safetensors") for part in ("weights", "batch", "result"))
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, weights)
    save_file(batch, images)
    options = ["silu"] * smooth + [chosen.conv]
    if subprocess.run([str(chosen.probe), name, weights, images, result, *options]).returncode:
        sys.exit(f"{name}: {chosen.probe} failed")
    found = {key: value.double() for key, value in load_file(result).items()}
    return found.pop("logits"), found


def norm(tensors):
    return sum(value.square().sum().item() for value in tensors) ** 0.5


def compare(chosen, folder, name, smooth, seed, data):
    classes, make = NETWORKS[name]
    network = make(F.silu if smooth else F.relu)
    draw_weights(network, seed)
    count = SAMPLES["silu" if smooth else "relu"]
    part = slice(seed * count, (seed + 1) * count)
    images, labels = data[0][part].contiguous(), data[1][part] % classes
    batch = {"images": images, "labels": labels, "classes": torch.tensor([classes])}
    found_logits, found = probe(chosen, folder, name, network, batch, smooth)
    _, rough = pytorch(network, images, labels)
    exact_logits, exact = pytorch(network.double(), images.double(), labels)
    if found.keys() != exact.keys():
        sys.exit(f"{name}: other tensors: {sorted(found.keys() ^ exact.keys())}")
    whole = norm(exact.values())
    error = {key: norm([found[key] - exact[key]]) for key in exact}
    zeros = [key for key in exact if norm([exact[key]]) <= NOTHING * whole]
    relative = {key: error[key] / norm([exact[key]]) for key in exact if key not in zeros}
    # A NaN would lose every comparison.
    tensor = max(relative, key=lambda key: float("inf") if relative[key] != relative[key] else relative[key])
    return Errors(
        logits=((found_logits - exact_logits).abs().max() / exact_logits.abs().max()).item(),
        worst=relative[tensor],
        tensor=tensor,
        zero=max([error[key] / whole for key in zeros], default=0),
        together=norm(found[key] - exact[key] for key in exact) / whole,
        own=norm(rough[key] - exact[key] for key in exact) / whole,
    )


def judge(name, smooth, seeds):
    """Prints a line of the table; whether all bounds hold."""
    logits, zero = max(e.logits for e in seeds), max(e.zero for e in seeds)
    worst = max(seeds, key=lambda e: e.worst)
    together, own = (statistics.median(values) for values in zip(*((e.together, e.own) for e in seeds)))
    # "<=" everywhere, so that a NaN fails.
    holds = all(e.logits <= LOGITS and e.zero <= ZERO for e in seeds)
    holds &= all(e.worst <= SMOOTH for e in seeds) if smooth else together <= KINKED * own
    print(
        f"{name:14} {'SiLU' if smooth else 'ReLU'}  {logits:8.1e}  {together:8.1e} {own:8.1e} {together / own:5.2f}  "
        f"{zero:8.1e}  {worst.worst:8.1e} {worst.tensor:28} {'' if holds else 'TOO FAR'}".rstrip(),
        flush=True,
    )
    return holds


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--probe", type=pathlib.Path, required=True, help="the program gradient-probe")
    arguments.add_argument("--data", type=pathlib.Path, required=True, help="the folder with test_batch.bin")
    arguments.add_argument("--models", type=lambda text: text.split(","), default=list(NETWORKS))
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--conv", choices=("auto", "winograd", "direct"), default="auto")
    chosen = arguments.parse_args()

    count = chosen.seeds * max(SAMPLES.values())
    images, labels = read_images(chosen.data, count)
    if len(images) < count:
        sys.exit(f"{chosen.data}: {len(images)} images, where {count} are needed")
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    data = ((images - mean) / std, labels)
    known = subprocess.run([str(chosen.probe), "list"], check=True, capture_output=True, text=True).stdout.split()
    print(f"PyTorch {torch.__version__}, --conv {chosen.conv}, {chosen.seeds} seeds; the worst of them, medians for all together")
    print(f"{'':20} {'logits':>9} {'together':>9} {'PyTorch':>8} {'ratio':>5} {'zeros':>9}  {'tensor':>8}")
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.models:
            if name not in known:
                print(f"{name:14} is not in the program's catalog: left out")
                continue
            for smooth in (True, False):
                seeds = range(chosen.seeds)
                found = [compare(chosen, pathlib.Path(folder), name, smooth, seed, data) for seed in seeds]
                holds &= judge(name, smooth, found)
    print("gradients agree" if holds else "GRADIENTS DIFFER")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
