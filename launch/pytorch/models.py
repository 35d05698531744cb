"""The networks that launch/compare-pytorch.sh trains with PyTorch, as adamw-ddp has them, for images of 32x32x3.

Written as somebody who uses PyTorch would write them. compare.py checks that each has exactly the parameters of
adamw-ddp's network of the same name.
"""

import torch
import torch.nn.functional as F
from torch import nn


def conv3x3(inputs, outputs, stride=1, bias=False):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=bias)


def pooled(x):
    return x.mean((2, 3))


def stages(block, widths, blocks):
    """Three stages of residual blocks, the second and third halving the image; block(inputs, outputs, stride)."""
    layers, inputs = [], 16
    for stage, outputs in enumerate(widths):
        for index in range(blocks):
            layers.append(block(inputs, outputs, 2 if stage > 0 and index == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers)


class BasicBlock(nn.Module):
    """He et al. 2015 with option A: the shortcut takes every second pixel and adds channels of zeros."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, outputs, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv3x3(outputs, outputs), nn.BatchNorm2d(outputs)
        self.stride, self.missing = stride, outputs - inputs

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.missing:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))
        return F.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(3, 16), nn.BatchNorm2d(16)
        self.blocks = stages(BasicBlock, (16, 32, 64), 3)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(pooled(self.blocks(F.relu(self.bn1(self.conv1(x))))))


class Bottleneck(nn.Module):
    """Keras' ResNet v2: the second and third of three convolutions after BatchNorm and ReLU, the first too unless
    `bare`; convolutions have biases."""

    def __init__(self, inputs, middle, outputs, stride, bare):
        super().__init__()
        self.bn1 = nn.Identity() if bare else nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, middle, 1, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(middle), conv3x3(middle, middle, bias=True)
        self.bn3, self.conv3 = nn.BatchNorm2d(middle), nn.Conv2d(middle, outputs, 1)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, stride)
        self.bare = bare

    def forward(self, x):
        y = x if self.bare else F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return self.shortcut(x) + self.conv3(F.relu(self.bn3(y)))


class ResNet56V2(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(3, 16, bias=True), nn.BatchNorm2d(16)
        middles = {64: 16, 128: 64, 256: 128}

        def block(inputs, outputs, stride):
            return Bottleneck(inputs, middles[outputs], outputs, stride, bare=inputs == 16)

        self.blocks = stages(block, (64, 128, 256), 6)
        self.bn2 = nn.BatchNorm2d(256)
        self.fc = nn.Linear(256, classes)

    def forward(self, x):
        return self.fc(pooled(F.relu(self.bn2(self.blocks(F.relu(self.bn1(self.conv1(x))))))))


class Branch(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(inputs, outputs, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv3x3(outputs, outputs), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn2(self.conv2(F.relu(self.bn1(self.conv1(F.relu(x))))))


class HalvingShortcut(nn.Module):
    """Gastaldi 2017: two paths see every second pixel, the other's one further down and right, half the channels each."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs // 2, 1, bias=False)
        self.conv2 = nn.Conv2d(inputs, outputs // 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.relu(x)
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1::2, 1::2]
        return self.bn(torch.cat([self.conv1(x[:, :, ::2, ::2]), self.conv2(shifted)], 1))


class ShakeBlock(nn.Module):
    """Two branches, mixed evenly: the coefficient is 0.5, as in evaluation; the work of a step is the same."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch1, self.branch2 = Branch(inputs, outputs, stride), Branch(inputs, outputs, stride)
        if stride != 1:
            self.shortcut = HalvingShortcut(inputs, outputs)
        elif inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        else:
            self.shortcut = nn.Identity()

    def forward(self, x):
        return self.shortcut(x) + 0.5 * (self.branch1(x) + self.branch2(x))


class ShakeShake26(nn.Module):
    def __init__(self, width, classes=10):
        super().__init__()
        self.conv1, self.bn1 = conv3x3(3, 16), nn.BatchNorm2d(16)
        self.blocks = stages(ShakeBlock, (width, 2 * width, 4 * width), 4)
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x):
        return self.fc(pooled(F.relu(self.blocks(self.bn1(self.conv1(x))))))


MODELS = {
    "resnet20": ResNet20,
    "resnet56v2": ResNet56V2,
    **{f"shake26-2x{width}d": (lambda width=width: ShakeShake26(width)) for width in (16, 32, 64, 96, 112)},
}
