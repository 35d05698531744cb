"""What each dialect is held to compute, in closed form: moments and momenta are sums over the whole history instead
of recurrences, so that nothing here shares its way of computing with the programs that it checks.

    theta_t = (1 - d) * theta_{t-1} - step

with the decay d = eta * lambda (paper, authors), lr * lambda (pytorch, keras, optax), lambda (tfa); lr = eta * alpha.
"""

import numpy as np

RATE_INSIDE_MOMENTUM = {"paper", "keras", "tfa"}
CLIPS_COUPLED_DECAY = {"keras", "tfa"}
EPSILON_HAT = {"authors", "keras", "tfa"}  # added to sqrt(v) before v's bias is corrected


def weighted(history, factor):
    """The sum of factor^(t-i) * x_i."""
    return sum(factor ** (len(history) - 1 - i) * x for i, x in enumerate(history))


def average(history, factor):
    return (1 - factor) * weighted(history, factor)


def sgd(dialect, o, g, lr, past):
    mu = o["momentum"]
    if dialect in RATE_INSIDE_MOMENTUM:
        past.append(lr * g)
    else:
        past.append(g if not past else (1 - o.get("dampening", 0)) * g)
    velocity = weighted(past, mu)
    if dialect in RATE_INSIDE_MOMENTUM:
        return mu * velocity + lr * g if o.get("nesterov") else velocity
    return lr * (g + mu * velocity) if o.get("nesterov") else lr * velocity


def adam(dialect, o, g, lr, past):
    (beta1, beta2), epsilon = o["opt-betas"], o["opt-eps"]
    past.append(g)
    t = len(past)
    m_hat = average(past, beta1) / (1 - beta1**t)
    squares = [x * x for x in past]
    seconds = [average(squares[:i], beta2) for i in range(1, t + 1)]
    if o.get("amsgrad") and dialect == "optax":  # the largest of the corrected ones
        v_hat = np.max([v / (1 - beta2**i) for i, v in enumerate(seconds, 1)], axis=0)
    else:
        v_hat = (np.max(seconds, axis=0) if o.get("amsgrad") else seconds[-1]) / (1 - beta2**t)
    if dialect in EPSILON_HAT:
        epsilon /= np.sqrt(1 - beta2**t)
    return lr * m_hat / (np.sqrt(v_hat) + epsilon)


def adagrad(dialect, o, g, lr, past):
    past.append(g * g)
    total = o["initial-accumulator"] + sum(past)
    if dialect == "pytorch":
        return lr * g / (np.sqrt(total) + o["opt-eps"])
    root = np.sqrt(total + o["opt-eps"])
    # optax: no step where nothing was accumulated; the others: g is zero there.
    return lr * g / root


def rmsprop(dialect, o, g, lr, past):
    past.append((g, []))
    gradients = [x for x, _ in past]
    v = average([x * x for x in gradients], o["rho"])
    if o.get("centered"):
        v = v - average(gradients, o["rho"]) ** 2
    # pytorch: epsilon outside the root, lr outside the momentum; the others: both inside.
    root = np.sqrt(v) + o["opt-eps"] if dialect == "pytorch" else np.sqrt(v + o["opt-eps"])
    past[-1][1].append(g / root if dialect == "pytorch" else lr * g / root)
    velocity = weighted([x[0] for _, x in past], o["momentum"])
    return lr * velocity if dialect == "pytorch" else velocity


def adadelta(_, o, g, lr, past):
    rho, epsilon = o["rho"], o["opt-eps"]
    past.append((g, []))
    squares = average([x * x for x, _ in past], rho)
    deltas = average([d[0] ** 2 for _, d in past[:-1]], rho) if len(past) > 1 else 0
    delta = np.sqrt(deltas + epsilon) / np.sqrt(squares + epsilon) * g
    past[-1][1].append(delta)
    return lr * delta


def clipped(dialect, limit, g):
    """PyTorch adds 1e-6 to the norm, Keras and optax nothing."""
    norm = np.sqrt(np.sum(g * g))
    return g * min(1, limit / (norm + (1e-6 if dialect == "pytorch" else 0)))


STEPS = {"sgd": sgd, "adam": adam, "adagrad": adagrad, "rmsprop": rmsprop, "adadelta": adadelta}


def trajectory(dialect, rule, o, theta, gradients, multipliers):
    """The parameters after each step."""
    step, past, after = STEPS[rule.removesuffix("w")], [], []
    for gradient, eta in zip(gradients, multipliers):
        lr = eta * o["lr"]
        g = -gradient if o.get("maximize") else gradient
        # Keras' regularizer is part of what is clipped, the others add coupled decay behind it.
        if "clip-grad" in o and dialect not in CLIPS_COUPLED_DECAY:
            g = clipped(dialect, o["clip-grad"], g)
        g = g + o.get("l2", 0) * theta
        if "clip-grad" in o and dialect in CLIPS_COUPLED_DECAY:
            g = clipped(dialect, o["clip-grad"], g)
        decay = o.get("weight-decay", 0) * {"paper": eta, "authors": eta, "tfa": 1}.get(dialect, lr)
        theta = (1 - decay) * theta - step(dialect, o, g, lr, past)
        after.append(theta)
    return np.array(after)
