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

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from cifar import read_images
from networks import CifarResNet

TOLERANCE = 1e-4


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
    network = CifarResNet(int(depth[1]), len(json.loads(metadata["classes"])), eps=float(metadata["bn_eps"]))
    network.load_state_dict(load_file(path), strict=True)
    return network.eval(), metadata


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
