"""Keras' optimizers, on its JAX backend, whose optimizers are the ones written in keras/src/optimizers:
`--dialect keras`."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

import keras
import numpy as np

keras.config.set_floatx("float64")

DIALECT = "keras"
SOURCES = {"keras": keras.__version__, "jax": jax.__version__}

ADAM = {"lr": 1e-3, "opt-betas": [0.9, 0.999], "opt-eps": 1e-7}
AWAY = {"lr": 0.05, "opt-betas": [0.8, 0.95], "opt-eps": 1e-3}
RMSPROP = {"lr": 0.01, "rho": 0.9, "opt-eps": 1e-7}

CASES = [
    ("sgd", {"lr": 0.05, "momentum": 0.0}, "wide"),
    ("sgd", {"lr": 0.05, "momentum": 0.9}, "wide"),
    ("sgd", {"lr": 0.05, "momentum": 0.7, "nesterov": True}, "wide"),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.03}, "mild"),
    ("sgdw", {"lr": 0.1, "momentum": 0.9, "weight-decay": 0.04}, "mild"),
    ("sgdw", {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight-decay": 0.3}, "mild"),
    ("adam", ADAM, "wide"),
    ("adam", AWAY, "wide"),
    ("adam", {**AWAY, "l2": 0.3}, "mild"),
    ("adam", {**AWAY, "opt-betas": [0.9, 0.9], "amsgrad": True}, "wide"),
    ("adamw", {**ADAM, "weight-decay": 0.004}, "wide"),
    ("adamw", {**AWAY, "weight-decay": 0.3}, "mild"),
    ("adamw", {**AWAY, "weight-decay": 0.3, "amsgrad": True}, "wide"),
    ("adamw", {**ADAM, "lr": 30.0, "weight-decay": 0.1}, "wide"),
    ("adagrad", {"lr": 0.01, "opt-eps": 1e-7, "initial-accumulator": 0.1}, "wide"),
    ("adagrad", {"lr": 0.3, "opt-eps": 1e-3, "initial-accumulator": 0.0}, "mild"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.9}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0, "centered": True}, "wide"),
    ("rmsprop", {"lr": 0.1, "rho": 0.8, "opt-eps": 1e-2, "momentum": 0.5, "centered": True}, "mild"),
    ("adadelta", {"lr": 1.0, "rho": 0.95, "opt-eps": 1e-7}, "wide"),
    ("adadelta", {"lr": 20.0, "rho": 0.7, "opt-eps": 1e-3}, "mild"),
    # The start has a norm of 100: with its regularizer a gradient is clipped in most steps, without in some.
    ("sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.3, "clip-grad": 6.0}, "mild"),
    ("adam", {**AWAY, "l2": 0.3, "clip-grad": 6.0}, "mild"),
    ("adamw", {**AWAY, "weight-decay": 0.3, "l2": 0.1, "clip-grad": 6.0}, "mild"),
]

CLASSES = {
    "sgd": keras.optimizers.SGD,
    "sgdw": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "adadelta": keras.optimizers.Adadelta,
}

NAMES = {
    "lr": "learning_rate",
    "opt-eps": "epsilon",
    "rho": "rho",
    "momentum": "momentum",
    "nesterov": "nesterov",
    "weight-decay": "weight_decay",
    "amsgrad": "amsgrad",
    "clip-grad": "global_clipnorm",
    "centered": "centered",
    "initial-accumulator": "initial_accumulator_value",
}


def arguments(options):
    keywords = {NAMES[key]: value for key, value in options.items() if key in NAMES}
    if "opt-betas" in options:
        keywords["beta_1"], keywords["beta_2"] = options["opt-betas"]
    return keywords


def run(rule, options, start, gradients, multipliers):
    """The call, and the parameters after each step. --l2 c is Keras' regularizer L2(c/2), differentiated by JAX."""
    keywords = arguments(options)
    text = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
    text = f"keras.optimizers.{CLASSES[rule].__name__}({text})"
    penalty = None
    if "l2" in options:
        penalty = jax.grad(keras.regularizers.L2(options["l2"] / 2))
        text += f" with keras.regularizers.L2({options['l2'] / 2!r})"
    variable = keras.Variable(start, dtype="float64")
    optimizer = CLASSES[rule](**keywords)
    optimizer.build([variable])
    after = []
    for gradient, multiplier in zip(gradients, multipliers):
        optimizer.learning_rate = options["lr"] * float(multiplier)
        gradient = jax.numpy.asarray(gradient)
        if penalty:
            gradient = gradient + penalty(variable.value)
        optimizer.apply([gradient], [variable])
        after.append(np.array(variable.value))
    assert after[0].dtype == np.float64
    return text, np.array(after)
