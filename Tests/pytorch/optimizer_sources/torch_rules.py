"""PyTorch's optimizers: `--dialect pytorch`."""

import numpy as np
import torch

DIALECT = "pytorch"
SOURCES = {"torch": torch.__version__}

ADAM = {"lr": 1e-3, "opt-betas": [0.9, 0.999], "opt-eps": 1e-8}
AWAY = {"lr": 0.05, "opt-betas": [0.8, 0.95], "opt-eps": 1e-3}
RMSPROP = {"lr": 0.01, "rho": 0.99, "opt-eps": 1e-8}

CASES = [
    ("sgd", {"lr": 0.05, "momentum": 0.0}, "wide"),
    ("sgd", {"lr": 0.05, "momentum": 0.9}, "wide"),
    ("sgd", {"lr": 0.05, "momentum": 0.9, "dampening": 0.5}, "mild"),
    ("sgd", {"lr": 0.05, "momentum": 0.7, "nesterov": True}, "wide"),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "l2": 0.03}, "mild"),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "l2": 0.1, "maximize": True}, "mild"),
    ("sgd", {"lr": 1000.0, "momentum": 0.5}, "wide"),
    ("adam", ADAM, "wide"),
    ("adam", AWAY, "wide"),
    ("adam", {**ADAM, "l2": 0.01}, "wide"),
    ("adam", {**AWAY, "opt-betas": [0.9, 0.9], "amsgrad": True}, "wide"),
    ("adam", {**AWAY, "amsgrad": True, "l2": 0.3}, "mild"),
    ("adam", {**AWAY, "l2": 0.3, "maximize": True}, "mild"),
    ("adam", {**ADAM, "lr": 500.0}, "wide"),
    ("adamw", {**ADAM, "weight-decay": 0.01}, "wide"),
    ("adamw", {**AWAY, "weight-decay": 0.3}, "mild"),
    ("adamw", {**AWAY, "weight-decay": 0.3, "amsgrad": True}, "wide"),
    ("adamw", {**AWAY, "weight-decay": 0.3, "maximize": True}, "mild"),
    ("adamw", {**ADAM, "lr": 30.0, "weight-decay": 0.1}, "wide"),
    ("adagrad", {"lr": 0.01, "opt-eps": 1e-10, "initial-accumulator": 0.0}, "wide"),
    ("adagrad", {"lr": 0.3, "opt-eps": 1e-3, "initial-accumulator": 0.2, "l2": 0.1}, "mild"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.9}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0, "centered": True}, "wide"),
    ("rmsprop", {"lr": 0.1, "rho": 0.8, "opt-eps": 1e-2, "momentum": 0.5, "centered": True, "l2": 0.1}, "mild"),
    ("adadelta", {"lr": 1.0, "rho": 0.9, "opt-eps": 1e-6}, "wide"),
    ("adadelta", {"lr": 20.0, "rho": 0.7, "opt-eps": 1e-3, "l2": 0.1}, "mild"),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.3, "clip-grad": 6.0}, "mild"),
    ("adam", {**AWAY, "l2": 0.3, "clip-grad": 6.0}, "mild"),
]

CLASSES = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
}

# PyTorch's arguments; --l2 of SGD, Adam and the others and --weight-decay of AdamW are one argument there.
NAMES = {
    "lr": "lr",
    "opt-betas": "betas",
    "opt-eps": "eps",
    "rho": "rho",
    "momentum": "momentum",
    "dampening": "dampening",
    "nesterov": "nesterov",
    "l2": "weight_decay",
    "weight-decay": "weight_decay",
    "maximize": "maximize",
    "amsgrad": "amsgrad",
    "centered": "centered",
    "initial-accumulator": "initial_accumulator_value",
}


def arguments(rule, options):
    names = {**NAMES, "rho": "alpha"} if rule == "rmsprop" else NAMES
    given = {key: value for key, value in options.items() if key != "clip-grad"}
    return {names[key]: tuple(value) if isinstance(value, list) else value for key, value in given.items()}


def run(rule, options, start, gradients, multipliers):
    """The call, and the parameters after each step."""
    parameter = torch.nn.Parameter(torch.from_numpy(start.copy()))
    keywords = arguments(rule, options)
    optimizer = CLASSES[rule]([parameter], **keywords)
    after = []
    for gradient, multiplier in zip(gradients, multipliers):
        for group in optimizer.param_groups:
            group["lr"] = options["lr"] * float(multiplier)
        parameter.grad = torch.from_numpy(gradient.copy())
        if "clip-grad" in options:
            torch.nn.utils.clip_grad_norm_([parameter], options["clip-grad"])
        optimizer.step()
        after.append(parameter.detach().numpy().copy())
    text = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
    clip = f"clip_grad_norm_(..., {options['clip-grad']!r}), then " if "clip-grad" in options else ""
    return f"{clip}torch.optim.{CLASSES[rule].__name__}({text})", np.array(after)
