"""Makes the golden files that the Swift tests compare against PyTorch.

    $(Tests/pytorch/environment.sh) Tests/pytorch/make-golden.py            writes the files
    $(Tests/pytorch/environment.sh) Tests/pytorch/make-golden.py --check    makes them anew and compares

Tests/Goldens/tiny-silu.json    a small convolutional network: forward, gradients, running statistics
                                and five steps of AdamW and of SGD with momentum
Tests/Goldens/operations.json   single operations: pooling, SiLU, cross-entropy
Tests/Goldens/networks.json     narrow networks of every family of networks.py: forward, gradients,
                                running statistics

PyTorch computes in float64, so the figures are right to all of the 9 digits written, and a float32
implementation is judged against the true value, not against another rounding of it. Inputs are
multiples of 1/256 below 10: exact in float32 and in the 9 digits. `float32_deviation` says how far
PyTorch's own float32 lies from the figures: a yardstick for the tolerances of a test.

Every tensor is {"shape": [...], "values": [...]}, values flat with the last index fastest, or with
"parts": N, values being N times the elements: integers, to keep a file short. Images
and feature maps are NHWC; parameters keep PyTorch's order (convolutions OIHW, fc.weight [out, in]).
"""

import argparse
import json
import pathlib
import platform
import sys

import numpy as np
import torch
import torch.nn.functional as F

from networks import KerasV1, KerasV2, ResNet18, ShakeNet

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Goldens"
CLASSES = 5
BN_EPS = 1e-5
BN_MOMENTUM = 0.1
STEPS = 5
ADAMW = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-3, "lambda": 2e-3}
SGD = {"lr": 0.05, "momentum": 0.9}
# Of images and parameters for which no ReLU comes near its kink.
NETWORK_SEED = 1


# Writing


def tensor(value):
    """A tensor of any dtype as the {"shape", "values"} of the files."""
    value = value.detach()
    return {"shape": list(value.shape), "values": value.flatten().tolist()}


def tensors(named):
    return {name: tensor(value) for name, value in named.items()}


def in_parts(parts, tensor):
    """The same tensor, whose elements are multiples of 1/parts, in integers."""
    values = [parts * value for value in tensor["values"]]
    assert all(value == int(value) for value in values)
    return {"shape": tensor["shape"], "parts": parts, "values": [int(value) for value in values]}


def nhwc(value):
    return tensor(value.permute(0, 2, 3, 1).contiguous())


def encode(value, indent=""):
    """JSON with 9 significant digits and one line for each list of numbers."""
    if isinstance(value, float):
        return f"{value:.9g}"
    inner = indent + " "
    if isinstance(value, dict):
        items = [f"{inner}{json.dumps(key)}: {encode(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + encode(item, inner) for item in value) + f"\n{indent}]"
    if isinstance(value, list):
        return "[" + ",".join(encode(item) for item in value) + "]"
    return json.dumps(value)


def about(description):
    return {
        "description": description,
        "script": "Tests/pytorch/make-golden.py",
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "precision": "computed in float64, written with 9 significant digits",
        "layouts": "values are flat, last index fastest; images and feature maps NHWC, convolution weights OIHW, fc.weight [out, in]",
    }


# The network


class Tiny(torch.nn.Module):
    """conv-BN-SiLU twice, global average pool, fully connected."""

    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 4, 3, stride=1, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(4, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.conv2 = torch.nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(6, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.fc = torch.nn.Linear(6, CLASSES)

    def forward(self, x):
        x = F.silu(self.bn1(self.conv1(x)))
        x = F.silu(self.bn2(self.conv2(x)))
        return self.fc(x.mean((2, 3)))


def draw(random, shape, scale=1.0, offset=0.0):
    """Normal numbers as multiples of 1/256, float64."""
    return torch.from_numpy(np.round((offset + scale * random.standard_normal(shape)) * 256) / 256)


def initial_parameters():
    random = np.random.RandomState(20)  # its stream never changes, unlike that of default_rng
    return {
        "conv1.weight": draw(random, (4, 3, 3, 3), 0.3),
        "bn1.weight": draw(random, (4,), 0.25, 1),
        "bn1.bias": draw(random, (4,), 0.25),
        "conv2.weight": draw(random, (6, 4, 3, 3), 0.25),
        "bn2.weight": draw(random, (6,), 0.25, 1),
        "bn2.bias": draw(random, (6,), 0.25),
        "fc.weight": draw(random, (CLASSES, 6), 0.5),
        "fc.bias": draw(random, (CLASSES,), 0.25),
    }


def make_network(parameters, dtype):
    network = Tiny().to(dtype)
    assert list(parameters) == [name for name, _ in network.named_parameters()]
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(parameters[name])
    return network.train()


def parameters_of(network):
    return {name: parameter.detach().clone() for name, parameter in network.named_parameters()}


def gradients_of(network):
    return {name: parameter.grad.detach().clone() for name, parameter in network.named_parameters()}


def statistics_of(network):
    return {name: value.clone() for name, value in network.named_buffers() if "running" in name}


def train(parameters, images, labels, make_optimizer):
    """Five steps on one batch. Also returns the gradients of every step."""
    network = make_network(parameters, images.dtype)
    optimizer = make_optimizer(network.parameters())
    losses, states, gradients = [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        gradients.append(gradients_of(network))
        optimizer.step()
        losses.append(loss.item())
        states.append(parameters_of(network))
    statistics = statistics_of(network)
    loss_after = F.cross_entropy(network(images), labels).item()
    result = {
        "losses": losses,
        "loss_after": loss_after,
        "after_step_1": states[0],
        "after_step_5": states[-1],
        "running_after_step_5": statistics,
    }
    return result, states, gradients


def make_adamw(parameters):
    return torch.optim.AdamW(
        parameters,
        lr=ADAMW["lr"],
        betas=(ADAMW["beta1"], ADAMW["beta2"]),
        eps=ADAMW["eps"],
        weight_decay=ADAMW["lambda"] / ADAMW["lr"],
    )


def make_sgd(parameters):
    return torch.optim.SGD(parameters, lr=SGD["lr"], momentum=SGD["momentum"])


def check_adamw(start, states, gradients):
    """The paper's rule, written out, gives the same parameters as torch.optim.AdamW at every step:
    theta <- theta - eta (alpha m^ / (sqrt(v^) + eps) + lambda theta) with eta = 1."""
    alpha, beta1, beta2 = ADAMW["lr"], ADAMW["beta1"], ADAMW["beta2"]
    for name in start:
        theta = start[name].numpy().copy()
        m, v = np.zeros_like(theta), np.zeros_like(theta)
        for t in range(1, STEPS + 1):
            g = gradients[t - 1][name].numpy()
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            theta = theta - (alpha * m_hat / (np.sqrt(v_hat) + ADAMW["eps"]) + ADAMW["lambda"] * theta)
            np.testing.assert_allclose(states[t - 1][name].numpy(), theta, rtol=1e-12, atol=1e-14)


def check_sgd(start, states, gradients):
    """The same for v <- 0.9 v + g (v = g at the first step), theta <- theta - lr v."""
    for name in start:
        theta = start[name].numpy().copy()
        v = np.zeros_like(theta)
        for t in range(STEPS):
            v = SGD["momentum"] * v + gradients[t][name].numpy()
            theta = theta - SGD["lr"] * v
            np.testing.assert_allclose(states[t][name].numpy(), theta, rtol=1e-12, atol=1e-14)


def run_network(parameters, images, labels):
    """All figures of the network in the dtype of the images."""
    figures = {}
    for key, smoothing in (("plain", 0.0), ("smoothed", 0.1)):
        network = make_network(parameters, images.dtype)
        logits = network(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        figures["logits"] = logits.detach()
        figures[key] = {"label_smoothing": smoothing, "loss": loss.item(), "gradients": gradients_of(network)}
    figures["running"] = statistics_of(network)
    with torch.no_grad():
        figures["evaluation_logits"] = network.eval()(images)
    figures["adamw"], *steps = train(parameters, images, labels, make_adamw)
    if images.dtype == torch.float64:
        check_adamw(parameters, *steps)
    figures["sgd"], *steps = train(parameters, images, labels, make_sgd)
    if images.dtype == torch.float64:
        check_sgd(parameters, *steps)
    return figures


def deviation(rough, exact):
    """The largest difference, over all tensors, in units of the largest absolute value of its tensor."""
    if isinstance(exact, dict):
        return max(deviation(rough[key], exact[key]) for key in exact)
    exact = torch.as_tensor(exact, dtype=torch.float64)
    return ((torch.as_tensor(rough).double() - exact).abs().max() / exact.abs().max()).item()


def make_tiny():
    random = np.random.RandomState(7)
    images = draw(random, (4, 3, 8, 8))
    labels = torch.tensor([3, 0, 4, 1])
    parameters = initial_parameters()
    exact = run_network(parameters, images, labels)
    rough = run_network({name: value.float() for name, value in parameters.items()}, images.float(), labels)

    def smoothing(key):
        case = exact[key]
        return {**case, "gradients": tensors(case["gradients"])}

    def optimizer(key, settings):
        figures = exact[key]
        kept = {name: figures[name] if "loss" in name else tensors(figures[name]) for name in figures}
        return {**settings, "label_smoothing": 0.0, **kept}

    compared = {
        "logits": ("logits",),
        "plain_gradients": ("plain", "gradients"),
        "smoothed_gradients": ("smoothed", "gradients"),
        "running": ("running",),
        "evaluation_logits": ("evaluation_logits",),
        "adamw_after_step_1": ("adamw", "after_step_1"),
        "adamw_after_step_5": ("adamw", "after_step_5"),
        "adamw_losses": ("adamw", "losses"),
        "sgd_after_step_1": ("sgd", "after_step_1"),
        "sgd_after_step_5": ("sgd", "after_step_5"),
        "sgd_losses": ("sgd", "losses"),
    }
    deviations = {}
    for key, path in compared.items():
        one, other = rough, exact
        for part in path:
            one, other = one[part], other[part]
        deviations[key] = float(f"{deviation(one, other):.2g}")

    return {
        "about": about(
            "conv1 3->4 3x3 stride 1 pad 1 no bias, bn1, SiLU, conv2 4->6 3x3 stride 2 pad 1 no bias, bn2, SiLU, "
            "global average pool, fc 6->5; softmax cross-entropy, mean over the batch"
        ),
        "classes": CLASSES,
        "bn_eps": BN_EPS,
        "bn_momentum": BN_MOMENTUM,
        "images": nhwc(images),
        "labels": labels.tolist(),
        "parameters": tensors(parameters),
        "training": {
            "logits": tensor(exact["logits"]),
            "plain": smoothing("plain"),
            "smoothed": smoothing("smoothed"),
            "running": tensors(exact["running"]),
        },
        "evaluation": {"logits": tensor(exact["evaluation_logits"])},
        "adamw": optimizer("adamw", {**ADAMW, "torch_weight_decay": ADAMW["lambda"] / ADAMW["lr"]}),
        "sgd": optimizer("sgd", SGD),
        "float32_deviation": deviations,
    }


# Single operations


def forward_backward(function, x, random):
    """The output, a drawn gradient of the output and the gradient of the input it leads to."""
    x = x.clone().requires_grad_()
    output = function(x)
    gradient = draw(random, tuple(output.shape))
    output.backward(gradient)
    return output.detach(), gradient, x.grad


def first_maxima(x, gradient, kernel, stride, padding):
    """Max pooling's backward pass written out: a tie goes to the first maximum, row by row."""
    result = torch.zeros_like(x)
    for n, c, i, j in np.ndindex(*gradient.shape):
        rows = range(max(i * stride - padding, 0), min(i * stride - padding + kernel, x.shape[2]))
        columns = range(max(j * stride - padding, 0), min(j * stride - padding + kernel, x.shape[3]))
        row, column = max(((r, k) for r in rows for k in columns), key=lambda at: x[n, c, at[0], at[1]])
        result[n, c, row, column] += gradient[n, c, i, j]
    return result


def make_pools():
    random = np.random.RandomState(11)
    cases = []
    for kernel, padding, shape in ((2, 0, (2, 3, 6, 4)), (2, 0, (1, 5, 5, 7)), (3, 1, (2, 3, 5, 7)), (3, 1, (1, 2, 6, 4))):
        window = {"kernel_size": kernel, "stride": 2, "padding": padding}
        # Four distinct values, all negative in some windows: many ties, and padding must not count as 0.
        tied = torch.from_numpy(random.randint(-3, 1, shape) / 2.0)
        output, gradient, input_gradient = forward_backward(lambda x: F.max_pool2d(x, **window), tied, random)
        assert torch.equal(input_gradient, first_maxima(tied, gradient, **{"kernel": kernel, "stride": 2, "padding": padding}))
        pools = [("max_pool", {}, tied, output, gradient, input_gradient)]
        for include in (True, False) if padding else (True,):
            x = draw(random, shape)
            found = forward_backward(lambda x: F.avg_pool2d(x, **window, count_include_pad=include), x, random)
            pools.append(("average_pool", {"count_include_pad": include}, x, *found))
        for operation, extra, x, output, gradient, input_gradient in pools:
            counted = {True: "_pad_counted", False: "_pad_not_counted"}[extra["count_include_pad"]] if extra and padding else ""
            cases.append({
                "name": f"{operation}_{kernel}x{kernel}{counted}_{shape[2]}x{shape[3]}",
                "operation": operation,
                **window,
                **extra,
                "input": nhwc(x),
                "output": nhwc(output),
                "output_gradient": nhwc(gradient),
                "input_gradient": nhwc(input_gradient),
            })
    return cases


def make_silu():
    random = np.random.RandomState(12)
    special = torch.tensor([0, 1, -1, 0.5, -0.5, -1.25, -1.28125, 4, -4, 8, -8, 20, -20, 60, -60, 100, -100], dtype=torch.float64)
    x = torch.cat([special, draw(random, (20,), 3)])
    output, gradient, input_gradient = forward_backward(F.silu, x, random)
    return {
        "input": tensor(x),
        "output": tensor(output),
        "output_gradient": tensor(gradient),
        "input_gradient": tensor(input_gradient),
    }


def make_cross_entropy():
    random = np.random.RandomState(13)
    ordinary = draw(random, (5, 7), 2)
    extreme = torch.tensor([[200, -200, 0], [-300, 0, 300], [1000, 1000, 1000], [0, 0, -1000]], dtype=torch.float64)
    cases = []
    for name, logits, labels in (("ordinary", ordinary, [6, 0, 3, 3, 1]), ("extreme", extreme, [0, 0, 2, 1])):
        for smoothing in (0.0, 0.1):
            x = logits.clone().requires_grad_()
            loss = F.cross_entropy(x, torch.tensor(labels), label_smoothing=smoothing)
            loss.backward()
            # The target distribution, said exactly: 1 - s on the label plus s / classes on every class.
            target = (1 - smoothing) * F.one_hot(torch.tensor(labels), logits.shape[1]).double() + smoothing / logits.shape[1]
            assert torch.allclose(loss, -(target * logits.log_softmax(1)).sum(1).mean(), rtol=1e-12)
            cases.append({
                "name": f"{name}_{'smoothed' if smoothing else 'plain'}",
                "label_smoothing": smoothing,
                "logits": tensor(logits),
                "labels": labels,
                "loss": loss.item(),
                "logits_gradient": tensor(x.grad),
            })
    return cases


def make_operations():
    return {
        "about": about(
            "max_pool: floor sizes, padding never wins, a tie's gradient goes to the first maximum in row-major order; "
            "average_pool: count_include_pad divides by the full window; cross_entropy: mean over the batch, target "
            "(1 - s) on the label plus s / classes on every class"
        ),
        "pools": make_pools(),
        "silu": make_silu(),
        "cross_entropy": make_cross_entropy(),
    }


# Networks


nearest_kink = float("inf")


def rectify(x):
    """ReLU; notes how near to its kink a value came, since float32 may fall on the other side there."""
    global nearest_kink
    nearest_kink = min(nearest_kink, x.detach().abs().min().item())
    return F.relu(x)


def drawn_parameters(network, random):
    """Weights of He's size, gains about 1, biases about 0, as multiples of 1/64 to keep the file short."""
    drawn = {}
    for name, parameter in network.named_parameters():
        is_gain = parameter.dim() == 1 and name.endswith("weight")
        scale = (2 / parameter[0].numel()) ** 0.5 if parameter.dim() > 1 else 0.25
        values = is_gain + scale * random.standard_normal(tuple(parameter.shape))
        drawn[name] = torch.from_numpy(np.round(values * 64) / 64)
    return drawn


def run_model(make, parameters, images, labels):
    network = make().to(images.dtype)
    network.load_state_dict({name: value.to(images.dtype) for name, value in parameters.items()}, strict=False)
    logits = network.train()(images)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    # What is zero but for rounding is written as zero: a bias before a BatchNorm has no gradient.
    gradients = {name: torch.where(value.abs() < 1e-12, 0, value) for name, value in gradients_of(network).items()}
    return {"logits": logits.detach(), "loss": loss.item(), "gradients": gradients, "running": statistics_of(network)}


def make_model(make, width, blocks, seed, size=(8, 8)):
    global nearest_kink
    random = np.random.RandomState(seed)
    images = draw(random, (3, 3, *size))
    labels = torch.tensor([2, 4, 0])
    parameters = drawn_parameters(make(), random)
    nearest_kink = float("inf")
    exact = run_model(make, parameters, images, labels)
    assert nearest_kink > 1e-5, f"seed {seed}: a ReLU's input of {nearest_kink}"
    rough = run_model(make, parameters, images.float(), labels)
    norm = next(module for module in make().modules() if isinstance(module, torch.nn.BatchNorm2d))
    largest = max(value.abs().max() for value in exact["gradients"].values())
    errors = [(rough["gradients"][name] - value).abs().max() / largest for name, value in exact["gradients"].items()]
    return {
        "width": width,
        "blocks": blocks,
        "classes": CLASSES,
        "bn_eps": norm.eps,
        "bn_momentum": norm.momentum,
        "images": in_parts(256, nhwc(images)),
        "labels": labels.tolist(),
        "parameters": {name: in_parts(64, value) for name, value in tensors(parameters).items()},
        "logits": tensor(exact["logits"]),
        "loss": exact["loss"],
        "gradients": tensors(exact["gradients"]),
        "running": tensors(exact["running"]),
        "float32_deviation": {
            "logits": float(f"{deviation(rough['logits'], exact['logits']):.2g}"),
            "gradients": float(f"{max(errors).item():.2g}"),
            "running": float(f"{deviation(rough['running'], exact['running']):.2g}"),
        },
    }


def make_networks():
    def keras_v1():
        return KerasV1(1, CLASSES, rectify, width=2)

    return {
        "about": about(
            "training mode, mean cross-entropy; shake: Gastaldi's Shake-Shake network with alpha = beta = 1/2; "
            "keras: version 2 of Keras' examples/cifar10_resnet.py; keras_v1: version 1, odd over images of odd sizes; "
            "resnet18: torchvision's with a small stem; gradients deviate in units of the model's largest"
        ),
        "shake": make_model(lambda: ShakeNet(2, 2, CLASSES, rectify), 2, 2, NETWORK_SEED),
        "keras": make_model(lambda: KerasV2(2, CLASSES, rectify, width=1), 1, 2, NETWORK_SEED),
        "keras_v1": make_model(keras_v1, 2, 1, NETWORK_SEED),
        "keras_v1_odd": make_model(keras_v1, 2, 1, NETWORK_SEED, size=(10, 7)),
        "resnet18": make_model(lambda: ResNet18(CLASSES, rectify, width=2), 2, 2, NETWORK_SEED, size=(12, 10)),
    }


# The program


def differences(old, new, path=""):
    """Paths at which two files disagree: numbers beyond the last digit, anything else at all."""
    if path == "/about" or path.endswith("/float32_deviation"):
        return []
    if isinstance(new, dict) and isinstance(old, dict) and old.keys() == new.keys():
        return [found for key in new for found in differences(old[key], new[key], f"{path}/{key}")]
    if isinstance(new, list) and isinstance(old, list) and len(old) == len(new):
        return [found for i, pair in enumerate(zip(old, new)) for found in differences(*pair, f"{path}/{i}")]
    if type(new) in (int, float) and type(old) in (int, float):
        return [] if abs(old - new) <= 1e-12 + 1e-8 * abs(new) else [f"{path}: {old} in the file, {new} now"]
    return [] if old == new else [f"{path}: differs"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = arguments.parse_args().check
    torch.set_num_threads(1)
    failed = False
    for name, make in (("tiny-silu.json", make_tiny), ("operations.json", make_operations), ("networks.json", make_networks)):
        text = encode(make()) + "\n"
        file = GOLDENS / name
        if check:
            found = differences(json.loads(file.read_text()), json.loads(text))
            print(f"{name}: {'agrees' if not found else str(len(found)) + ' differences'}")
            print("\n".join(found[:20]), end="\n" if found else "")
            failed = failed or bool(found)
        else:
            GOLDENS.mkdir(exist_ok=True)
            file.write_text(text)
            print(f"{name}: {len(text)} bytes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
