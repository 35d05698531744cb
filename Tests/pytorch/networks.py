"""The networks of adamw-ddp as PyTorch modules, written from their papers and their authors' code.

Parameters have the names of adamw-ddp's tensors, so a state dict fits both. Every network takes the
number of classes and `act`, what stands for ReLU. Nothing here draws first values of its own.

CifarResNet  He, Zhang, Ren, Sun 2015, section 4.2: option A shortcuts
ResNet18     torchvision's, with conv3x3 of stride 1 for a stem and no max pooling
KerasV1, V2  Keras' examples/cifar10_resnet.py, versions 1 and 2
ShakeNet     Gastaldi's models/shakeshake.lua with alpha = beta = 0.5
FlowersCNN   the network of a Keras tutorial on tf_flowers, without its dropout
"""

import torch
import torch.nn.functional as F


class SameConv(torch.nn.Conv2d):
    """TensorFlow's "same": as many zeros as ceil(size / stride) outputs need, an odd one after."""

    def forward(self, x):
        zeros = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            zeros += [total // 2, total - total // 2]
        return super().forward(F.pad(x, zeros))


def conv(inputs, outputs, kernel, stride=1):
    return torch.nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


def stages(widths, blocks, make):
    """One Sequential of blocks for each width; all but the first begin with stride 2."""
    return [
        torch.nn.Sequential(*(make(stage, block, 2 if stage and not block else 1) for block in range(blocks)))
        for stage in range(len(widths))
    ]


class BasicBlock(torch.nn.Module):
    """conv3x3 - BN - ReLU - conv3x3 - BN, plus the shortcut, then ReLU."""

    def __init__(self, inputs, outputs, stride, act, eps=1e-5):
        super().__init__()
        self.conv1 = conv(inputs, outputs, 3, stride)
        self.bn1 = torch.nn.BatchNorm2d(outputs, eps=eps)
        self.conv2 = conv(outputs, outputs, 3)
        self.bn2 = torch.nn.BatchNorm2d(outputs, eps=eps)
        self.stride, self.missing, self.act = stride, outputs - inputs, act

    def past(self, x):
        """Option A: every other pixel, zero channels after the present ones."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))

    def forward(self, x):
        y = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        return self.act(y + self.past(x))


class CifarResNet(torch.nn.Module):
    def __init__(self, depth, classes, act=F.relu, eps=1e-5):
        super().__init__()
        widths = [16, 32, 64]
        self.conv1 = conv(3, 16, 3)
        self.bn1 = torch.nn.BatchNorm2d(16, eps=eps)

        def block(stage, number, stride):
            return BasicBlock(widths[max(stage - 1, 0) if not number else stage], widths[stage], stride, act, eps)

        self.layer1, self.layer2, self.layer3 = stages(widths, (depth - 2) // 6, block)
        self.fc = torch.nn.Linear(64, classes)
        self.act = act

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.act(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


class ProjectedBlock(BasicBlock):
    """torchvision's: a conv1x1 - BN past the block where the shape changes."""

    def __init__(self, inputs, outputs, stride, act):
        super().__init__(inputs, outputs, stride, act)
        if stride != 1 or inputs != outputs:
            self.downsample = torch.nn.Sequential(conv(inputs, outputs, 1, stride), torch.nn.BatchNorm2d(outputs))

    def past(self, x):
        return self.downsample(x) if hasattr(self, "downsample") else x


class ResNet18(torch.nn.Module):
    def __init__(self, classes, act=F.relu, width=64):
        super().__init__()
        widths = [width << stage for stage in range(4)]
        self.conv1 = conv(3, width, 3)
        self.bn1 = torch.nn.BatchNorm2d(width)

        def block(stage, number, stride):
            return ProjectedBlock(widths[max(stage - 1, 0) if not number else stage], widths[stage], stride, act)

        self.layer1, self.layer2, self.layer3, self.layer4 = stages(widths, 2, block)
        self.fc = torch.nn.Linear(widths[3], classes)
        self.act = act

    def forward(self, x):
        x = self.layer1(self.act(self.bn1(self.conv1(x))))
        return self.fc(self.layer4(self.layer3(self.layer2(x))).mean((2, 3)))


def keras_norm(channels):
    return torch.nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class KerasBlock(torch.nn.Module):
    """conv3x3 - BN - ReLU - conv3x3 - BN, plus x or a conv1x1 of x, then ReLU."""

    def __init__(self, inputs, outputs, stride, act):
        super().__init__()
        self.conv1 = SameConv(inputs, outputs, 3, stride)
        self.bn1 = keras_norm(outputs)
        self.conv2 = SameConv(outputs, outputs, 3)
        self.bn2 = keras_norm(outputs)
        if stride != 1:
            self.shortcut = SameConv(inputs, outputs, 1, stride)
        self.act = act

    def forward(self, x):
        y = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        return self.act((self.shortcut(x) if hasattr(self, "shortcut") else x) + y)


class KerasV1(torch.nn.Module):
    def __init__(self, blocks, classes, act=F.relu, width=16):
        super().__init__()
        widths = [width << stage for stage in range(3)]
        self.conv1 = SameConv(3, width, 3)
        self.bn1 = keras_norm(width)

        def block(stage, number, stride):
            return KerasBlock(widths[max(stage - 1, 0) if not number else stage], widths[stage], stride, act)

        self.layer1, self.layer2, self.layer3 = stages(widths, blocks, block)
        self.fc = torch.nn.Linear(widths[2], classes)
        self.act = act

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.act(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


class KerasUnit(torch.nn.Module):
    """(BN - ReLU -) conv1x1 - BN - ReLU - conv3x3 - BN - ReLU - conv1x1, plus x or a conv1x1 of x."""

    def __init__(self, inputs, width, outputs, stride, first, unit, act):
        super().__init__()
        if not first:
            self.bn1 = keras_norm(inputs)
        self.conv1 = SameConv(inputs, width, 1, stride)
        self.bn2 = keras_norm(width)
        self.conv2 = SameConv(width, width, 3)
        self.bn3 = keras_norm(width)
        self.conv3 = SameConv(width, outputs, 1)
        if unit == 0:
            self.shortcut = SameConv(inputs, outputs, 1, stride)
        self.act = act

    def forward(self, x):
        y = self.act(self.bn1(x)) if hasattr(self, "bn1") else x
        y = self.conv1(y)
        y = self.conv2(self.act(self.bn2(y)))
        y = self.conv3(self.act(self.bn3(y)))
        return (self.shortcut(x) if hasattr(self, "shortcut") else x) + y


class KerasV2(torch.nn.Module):
    def __init__(self, units, classes, act=F.relu, width=16):
        super().__init__()
        widths, outputs = [width, 4 * width, 8 * width], [4 * width, 8 * width, 16 * width]
        self.conv1 = SameConv(3, width, 3)
        self.bn1 = keras_norm(width)

        def unit(stage, number, stride):
            inputs = outputs[stage] if number else widths[stage]
            return KerasUnit(inputs, widths[stage], outputs[stage], stride, stage == number == 0, number, act)

        self.layer1, self.layer2, self.layer3 = stages(widths, units, unit)
        self.bn2 = keras_norm(outputs[2])
        self.fc = torch.nn.Linear(outputs[2], classes)
        self.act = act

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.act(self.bn1(self.conv1(x))))))
        return self.fc(self.act(self.bn2(x)).mean((2, 3)))


class Branch(torch.nn.Module):
    """conv3x3 - BN - ReLU - conv3x3 - BN over the block's ReLU of x."""

    def __init__(self, inputs, outputs, stride, act):
        super().__init__()
        self.conv1 = conv(inputs, outputs, 3, stride)
        self.bn1 = torch.nn.BatchNorm2d(outputs)
        self.conv2 = conv(outputs, outputs, 3)
        self.bn2 = torch.nn.BatchNorm2d(outputs)
        self.act = act

    def forward(self, x):
        return self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))


class Projection(torch.nn.Module):
    """Two 1x1 paths of half the channels; the second sees the image moved one pixel right and down."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv(inputs, outputs // 2, 1)
        self.conv2 = conv(inputs, outputs // 2, 1)
        self.bn = torch.nn.BatchNorm2d(outputs)
        self.stride = stride

    def forward(self, x):
        moved = F.pad(x, (1, -1, 1, -1))  # Torch's SpatialZeroPadding(1, -1, 1, -1)
        paths = [F.avg_pool2d(path, 1, self.stride) for path in (x, moved)]
        return self.bn(torch.cat([self.conv1(paths[0]), self.conv2(paths[1])], 1))


class ShakeBlock(torch.nn.Module):
    def __init__(self, inputs, outputs, stride, act):
        super().__init__()
        if inputs != outputs:
            self.shortcut = Projection(inputs, outputs, stride)
        self.branch1 = Branch(inputs, outputs, stride, act)
        self.branch2 = Branch(inputs, outputs, stride, act)
        self.act = act

    def forward(self, x):
        y = self.act(x)
        shortcut = self.shortcut(y) if hasattr(self, "shortcut") else x
        return shortcut + 0.5 * self.branch1(y) + 0.5 * self.branch2(y)


class ShakeNet(torch.nn.Module):
    """No ReLU after the stem's BN; one before the mean."""

    def __init__(self, width, blocks, classes, act=F.relu):
        super().__init__()
        widths = [width << stage for stage in range(3)]
        self.conv1 = conv(3, 16, 3)
        self.bn1 = torch.nn.BatchNorm2d(16)

        def block(stage, number, stride):
            inputs = widths[stage] if number else [16, *widths][stage]
            return ShakeBlock(inputs, widths[stage], stride, act)

        self.layer1, self.layer2, self.layer3 = stages(widths, blocks, block)
        self.fc = torch.nn.Linear(widths[2], classes)
        self.act = act

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)))))
        return self.fc(self.act(x).mean((2, 3)))


class FlowersCNN(torch.nn.Module):
    """Twice conv3x3 of 64 - max pooling - ReLU, then dense layers over the flattened channels, rows, columns."""

    def __init__(self, size, classes, act=F.relu):
        super().__init__()
        self.conv1 = SameConv(3, 64, 3)
        self.conv2 = SameConv(64, 64, 3)
        self.fc1 = torch.nn.Linear(64 * (size // 4) ** 2, 128)
        self.fc2 = torch.nn.Linear(128, classes)
        self.act = act

    def forward(self, x):
        x = self.act(F.max_pool2d(self.conv1(x), 2))
        x = self.act(F.max_pool2d(self.conv2(x), 2))
        return self.fc2(self.act(self.fc1(x.flatten(1))))
