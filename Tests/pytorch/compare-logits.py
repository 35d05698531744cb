"""Compares the logits of `adamw-ddp eval` with those of PyTorch on the same weights and images.

    compare-logits.py --model RUN/model.safetensors --logits logits.safetensors --data DIR [--all]

model.safetensors holds a CIFAR ResNet of He et al. (2015) under torchvision's names, with the
network's name, the normalisation and BatchNorm's epsilon in its metadata; logits.safetensors holds
"logits" [N, 10] and "labels" [N] in the order of the test file. The network is built here anew, its
state dict is loaded strictly, and test_batch.bin is read and normalised without any code of
adamw-ddp, so an agreement covers the file's names and layouts, the input pipeline and every layer.

Exit status 0: max |difference| <= 1e-4 * max |logit| on the images compared, and equal labels.
"""

import argparse
import json
import pathlib
import re
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file

TOLERANCE = 1e-4
RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue planes


class Block(torch.nn.Module):
    """Two 3x3 convolutions; the shortcut has no parameters (option A)."""

    def __init__(self, inputs, outputs, stride, eps):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(outputs, eps=eps)
        self.conv2 = torch.nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(outputs, eps=eps)
        self.stride = stride
        self.missing = outputs - inputs

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.missing))  # zero channels after the present ones
        return F.relu(y + shortcut)


class ResNet(torch.nn.Module):
    def __init__(self, depth, classes, eps):
        super().__init__()
        blocks = (depth - 2) // 6
        self.conv1 = torch.nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(16, eps=eps)
        self.layer1 = self.stage(16, 16, 1, blocks, eps)
        self.layer2 = self.stage(16, 32, 2, blocks, eps)
        self.layer3 = self.stage(32, 64, 2, blocks, eps)
        self.fc = torch.nn.Linear(64, classes)

    @staticmethod
    def stage(inputs, outputs, stride, blocks, eps):
        first = Block(inputs, outputs, stride, eps)
        return torch.nn.Sequential(first, *(Block(outputs, outputs, 1, eps) for _ in range(blocks - 1)))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def load_network(path):
    """The network in evaluation mode, and the file's metadata."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
    missing = [key for key in ("model", "classes", "mean", "std", "bn_eps") if key not in metadata]
    if missing:
        sys.exit(f"{path}: no {', '.join(missing)} in the metadata")
    depth = re.fullmatch(r"resnet(\d+)", metadata["model"])
    if not depth or (int(depth[1]) - 2) % 6:
        sys.exit(f"{path}: holds {metadata['model']}; only the CIFAR ResNets (resnet20, 32, 44, 56, 110) are compared")
    network = ResNet(int(depth[1]), len(json.loads(metadata["classes"])), float(metadata["bn_eps"]))
    network.load_state_dict(load_file(path), strict=True)
    return network.eval(), metadata


def read_images(folder, count):
    """The first images of test_batch.bin as [N, 3, 32, 32] on the scale 0 to 255, and their labels."""
    files = [at / "test_batch.bin" for at in (folder, folder / "cifar-10-batches-bin")]
    file = next((file for file in files if file.exists()), None)
    if file is None:
        sys.exit(f"{folder}: no test_batch.bin, neither there nor in cifar-10-batches-bin")
    records = np.fromfile(file, np.uint8, count * RECORD)
    records = records[: len(records) // RECORD * RECORD].reshape(-1, RECORD)
    images = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32))
    return images, torch.from_numpy(records[:, 0].astype(np.int64))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--model", type=pathlib.Path, required=True, help="model.safetensors of a run")
    arguments.add_argument("--logits", type=pathlib.Path, required=True, help="what `eval --logits` wrote")
    arguments.add_argument("--data", type=pathlib.Path, required=True, help="the folder with test_batch.bin")
    arguments.add_argument("--all", action="store_true", help="compare 1000 images instead of 100")
    chosen = arguments.parse_args()

    network, metadata = load_network(chosen.model)
    images, labels = read_images(chosen.data, 1000 if chosen.all else 100)
    mean, std = (torch.tensor(json.loads(metadata[key]), dtype=torch.float32).view(1, 3, 1, 1) for key in ("mean", "std"))
    with torch.inference_mode():
        expected = torch.cat([network(part) for part in ((images - mean) / std).split(100)])

    found = load_file(chosen.logits)
    if found["logits"].dtype != torch.float32 or found["logits"].shape[1:] != expected.shape[1:]:
        sys.exit(f"{chosen.logits}: logits are {found['logits'].dtype} {list(found['logits'].shape)}")
    if not len(expected) or len(found["logits"]) < len(expected) or len(found["labels"]) != len(found["logits"]):
        sys.exit(f"{chosen.logits}: {len(found['logits'])} logits and {len(found['labels'])} labels for {len(expected)} images")
    logits = found["logits"][: len(expected)]
    same_labels = torch.equal(found["labels"][: len(labels)], labels)

    largest = expected.abs().max().item()
    difference = (logits - expected).abs().max().item()
    agreeing = (logits.argmax(1) == expected.argmax(1)).sum().item()
    # "not <=" rather than ">": a NaN on either side fails.
    passed = same_labels and difference <= TOLERANCE * largest
    print(f"model                {metadata['model']}, PyTorch {torch.__version__}")
    print(f"images               {len(expected)}")
    print(f"labels               {'equal' if same_labels else 'DIFFERENT'}")
    print(f"max |logit|          {largest:.6g}")
    print(f"max |difference|     {difference:.3g}  (allowed {TOLERANCE * largest:.3g})")
    print(f"relative             {difference / largest if largest else float('nan'):.3g}  (allowed {TOLERANCE:g})")
    print(f"same class           {agreeing} of {len(expected)}")
    print("logits agree" if passed else "LOGITS DIFFER")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
