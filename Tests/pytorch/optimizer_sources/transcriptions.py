"""Rules whose source is a paper or a program that no longer runs, transcribed into NumPy line by line.

paper    Loshchilov & Hutter, arXiv 1711.05101: Algorithm 1 (SGD with L2 regularization, SGDW) and Algorithm 2 (Adam
         with L2 regularization, AdamW); their line numbers stand beside the lines
authors  their Torch code, github.com/loshchil/AdamW-and-SGDW, UPDATETORCHFILES/sgd.lua and adam.lua at 7e88245, with
         train.lua's learningRate = eta * LR and weightDecaycurrent = eta * (decay factor)
tfa      TensorFlow Addons, weight_decay_optimizers.py: theta -= lambda * theta, not times the learning rate nor any
         schedule of it; then tf.keras' SGD or Adam
swats    Keskar & Socher, arXiv 1712.07628, Algorithm 1; one epsilon, as printed
"""

import numpy as np

SOURCES = {"numpy": np.__version__}

ADAM = {"lr": 1e-3, "opt-betas": [0.9, 0.999], "opt-eps": 1e-8}
AWAY = {"lr": 0.05, "opt-betas": [0.8, 0.95], "opt-eps": 1e-3}
TFA = {**ADAM, "opt-eps": 1e-7}
SWATS = {"lr": 1e-2, "opt-betas": [0.9, 0.99]}

# Dialect, rule, options, gradients, schedule.
CASES = [
    ("paper", "sgd", {"lr": 0.05, "momentum": 0.9}, "wide", "cosine"),
    ("paper", "sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.03}, "mild", "cosine"),
    ("paper", "sgdw", {"lr": 0.05, "momentum": 0.9, "weight-decay": 1e-4}, "wide", "cosine"),
    ("paper", "sgdw", {"lr": 0.1, "momentum": 0.5, "weight-decay": 0.03, "l2": 0.1}, "mild", "cosine"),
    ("paper", "sgdw", {"lr": 1000.0, "momentum": 0.5, "weight-decay": 2.5}, "wide", "cosine"),
    ("paper", "adam", {**ADAM, "l2": 0.01}, "wide", "cosine"),
    ("paper", "adam", {**AWAY, "l2": 0.3}, "mild", "cosine"),
    ("paper", "adamw", {**ADAM, "weight-decay": 1e-4}, "wide", "cosine"),
    ("paper", "adamw", {**AWAY, "weight-decay": 0.03, "l2": 0.1}, "mild", "cosine"),
    ("paper", "adamw", {**AWAY, "weight-decay": 0.03}, "wide", "fixed"),
    ("paper", "adamw", {**ADAM, "lr": 30.0, "weight-decay": 2.5}, "wide", "cosine"),
    ("authors", "sgd", {"lr": 0.05, "momentum": 0.9}, "wide", "cosine"),
    ("authors", "sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.03}, "mild", "cosine"),
    ("authors", "sgdw", {"lr": 0.05, "momentum": 0.9, "weight-decay": 1e-4}, "wide", "cosine"),
    ("authors", "sgdw", {"lr": 0.1, "momentum": 0.5, "weight-decay": 0.03}, "mild", "cosine"),
    ("authors", "adam", {**ADAM, "l2": 0.01}, "wide", "cosine"),
    ("authors", "adam", {**AWAY, "l2": 0.3}, "mild", "cosine"),
    ("authors", "adamw", {**ADAM, "weight-decay": 1e-4}, "wide", "cosine"),
    ("authors", "adamw", {**AWAY, "weight-decay": 0.03}, "mild", "cosine"),
    ("authors", "adamw", {**ADAM, "lr": 30.0, "weight-decay": 2.5}, "wide", "cosine"),
    ("tfa", "sgdw", {"lr": 0.05, "momentum": 0.9, "weight-decay": 1e-4}, "wide", "cosine"),
    ("tfa", "sgdw", {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight-decay": 0.03}, "mild", "cosine"),
    ("tfa", "adamw", {**TFA, "weight-decay": 1e-4}, "wide", "cosine"),
    ("tfa", "adamw", {**AWAY, "weight-decay": 0.03, "amsgrad": True}, "wide", "cosine"),
    ("paper", "swats", {**SWATS, "opt-eps": 1e-4}, "steady", "fixed"),
    ("paper", "swats", {**SWATS, "opt-eps": 1e-4}, "steady", "late"),
    ("paper", "swats", {**SWATS, "lr": 1e-3, "opt-eps": 1e-9}, "wide", "fixed"),
]

PLACES = {
    ("paper", "sgd"): "arXiv 1711.05101, Algorithm 1",
    ("paper", "adam"): "arXiv 1711.05101, Algorithm 2",
    ("authors", "sgd"): "loshchil/AdamW-and-SGDW, UPDATETORCHFILES/sgd.lua",
    ("authors", "adam"): "loshchil/AdamW-and-SGDW, UPDATETORCHFILES/adam.lua",
    ("tfa", "sgd"): "tensorflow/addons, weight_decay_optimizers.py, SGDW",
    ("tfa", "adam"): "tensorflow/addons, weight_decay_optimizers.py, AdamW",
    ("paper", "swats"): "arXiv 1712.07628, Algorithm 1",
}


def paper_sgd(o, theta, gradients, multipliers):
    alpha, beta1, l2, decay = o["lr"], o["momentum"], o.get("l2", 0.0), o.get("weight-decay", 0.0)
    m = np.zeros_like(theta)
    for gradient, eta in zip(gradients, multipliers):
        g = gradient + l2 * theta  # 6
        m = beta1 * m + eta * alpha * g  # 8
        theta = theta - m - eta * decay * theta  # 9
        yield theta


def paper_adam(o, theta, gradients, multipliers):
    alpha, (beta1, beta2), epsilon = o["lr"], o["opt-betas"], o["opt-eps"]
    l2, decay = o.get("l2", 0.0), o.get("weight-decay", 0.0)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, (gradient, eta) in enumerate(zip(gradients, multipliers), 1):
        g = gradient + l2 * theta  # 6
        m = beta1 * m + (1 - beta1) * g  # 7
        v = beta2 * v + (1 - beta2) * g**2  # 8
        m_hat = m / (1 - beta1**t)  # 9
        v_hat = v / (1 - beta2**t)  # 10
        theta = theta - eta * (alpha * m_hat / (np.sqrt(v_hat) + epsilon) + decay * theta)  # 12
        yield theta


def authors_sgd(o, x, gradients, multipliers):
    mom, wd = o["momentum"], o.get("l2", 0.0)
    damp = 0.0
    state_dfdx = None
    for gradient, multiplier in zip(gradients, multipliers):
        clr = multiplier * o["lr"]
        wdcur = multiplier * o.get("weight-decay", 0.0)
        dfdx = gradient + wd * x if wd else gradient
        if state_dfdx is None:
            state_dfdx = dfdx.copy()
        else:
            state_dfdx = mom * state_dfdx + (1 - damp) * dfdx
        dfdx = state_dfdx
        xold = x
        x = x - clr * dfdx
        x = x - wdcur * xold
        yield x


def authors_adam(o, x, gradients, multipliers):
    (beta1, beta2), epsilon, wd = o["opt-betas"], o["opt-eps"], o.get("l2", 0.0)
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t, (gradient, multiplier) in enumerate(zip(gradients, multipliers), 1):
        clr = multiplier * o["lr"]
        wdcur = multiplier * o.get("weight-decay", 0.0)
        dfdx = gradient + wd * x if wd else gradient
        m = beta1 * m + (1 - beta1) * dfdx
        v = beta2 * v + (1 - beta2) * dfdx * dfdx
        denominator = np.sqrt(v) + epsilon
        step_size = clr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        xold = x
        x = x - step_size * m / denominator
        x = x - wdcur * xold
        yield x


def tfa_sgd(o, variable, gradients, multipliers):
    momentum, decay = o["momentum"], o["weight-decay"]
    accumulator = np.zeros_like(variable)
    for gradient, multiplier in zip(gradients, multipliers):
        lr = multiplier * o["lr"]
        variable = variable - decay * variable
        accumulator = momentum * accumulator - lr * gradient
        variable = variable + (momentum * accumulator - lr * gradient if o.get("nesterov") else accumulator)
        yield variable


def tfa_adam(o, variable, gradients, multipliers):
    (beta1, beta2), epsilon, decay = o["opt-betas"], o["opt-eps"], o["weight-decay"]
    m, v, largest = np.zeros_like(variable), np.zeros_like(variable), np.zeros_like(variable)
    for t, (gradient, multiplier) in enumerate(zip(gradients, multipliers), 1):
        lr = multiplier * o["lr"] * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        variable = variable - decay * variable
        m = m + (gradient - m) * (1 - beta1)
        v = v + (gradient**2 - v) * (1 - beta2)
        largest = np.maximum(largest, v)
        variable = variable - lr * m / (np.sqrt(largest if o.get("amsgrad") else v) + epsilon)
        yield variable


def swats(o, w, gradients, multipliers, report):
    """With a schedule, alpha_k = eta_k * alpha in Adam's phase, and Lambda is multiplied by eta_k in SGD's: the
    schedules here hold eta at 1 until after the switch, where all readings agree."""
    (beta1, beta2), epsilon = o["opt-betas"], o["opt-eps"]
    m, a, v, lam = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w), 0.0
    phase = "Adam"
    for k, (g, eta) in enumerate(zip(gradients, multipliers), 1):
        if phase == "SGD":
            v = beta1 * v + g
            w = w - (1 - beta1) * eta * rate * v
            yield w
            continue
        m = beta1 * m + (1 - beta1) * g
        a = beta2 * a + (1 - beta2) * g**2
        p = -eta * o["lr"] * np.sqrt(1 - beta2**k) / (1 - beta1**k) * m / (np.sqrt(a) + epsilon)
        w = w + p
        if p @ g != 0:
            gamma = p @ p / -(p @ g)
            lam = beta2 * lam + (1 - beta2) * gamma
            if k > 1 and abs(lam / (1 - beta2**k) - gamma) < epsilon:
                assert eta == 1
                phase, v, rate = "SGD", np.zeros_like(w), lam / (1 - beta2**k)
                report.update({"switches-after": k, "switch-rate": float(rate)})
        yield w


FUNCTIONS = {
    ("paper", "sgd"): paper_sgd,
    ("paper", "adam"): paper_adam,
    ("authors", "sgd"): authors_sgd,
    ("authors", "adam"): authors_adam,
    ("tfa", "sgd"): tfa_sgd,
    ("tfa", "adam"): tfa_adam,
}


def run(dialect, rule, options, start, gradients, multipliers):
    """Where the rule stands, the parameters after each step, and what else is to be recorded."""
    report = {}
    if rule == "swats":
        after = swats(options, start, gradients, multipliers, report)
    else:
        rule = rule.removesuffix("w")
        after = FUNCTIONS[dialect, rule](options, start, gradients, multipliers)
    return PLACES[dialect, rule], np.array(list(after)), report
