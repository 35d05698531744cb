"""optax' optimizers: `--dialect optax`."""

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

import numpy as np
import optax

DIALECT = "optax"
SOURCES = {"optax": optax.__version__, "jax": jax.__version__}

ADAM = {"lr": 1e-3, "opt-betas": [0.9, 0.999], "opt-eps": 1e-8}
AWAY = {"lr": 0.05, "opt-betas": [0.8, 0.95], "opt-eps": 1e-3}
RMSPROP = {"lr": 0.01, "rho": 0.9, "opt-eps": 1e-8}

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
    ("adamw", {**ADAM, "weight-decay": 1e-4}, "wide"),
    ("adamw", {**AWAY, "weight-decay": 0.3}, "mild"),
    ("adamw", {**ADAM, "lr": 30.0, "weight-decay": 0.1}, "wide"),
    ("adagrad", {"lr": 0.01, "opt-eps": 1e-7, "initial-accumulator": 0.1}, "wide"),
    ("adagrad", {"lr": 0.3, "opt-eps": 1e-3, "initial-accumulator": 0.0}, "mild"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.9}, "wide"),
    ("rmsprop", {**RMSPROP, "momentum": 0.0, "centered": True}, "wide"),
    ("rmsprop", {"lr": 0.1, "rho": 0.8, "opt-eps": 1e-2, "momentum": 0.5, "centered": True}, "mild"),
    ("adadelta", {"lr": 1.0, "rho": 0.9, "opt-eps": 1e-6}, "wide"),
    ("adadelta", {"lr": 20.0, "rho": 0.7, "opt-eps": 1e-3, "l2": 0.1}, "mild"),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "l2": 0.3, "clip-grad": 6.0}, "mild"),
    ("adam", {**AWAY, "l2": 0.3, "clip-grad": 6.0}, "mild"),
]

NAMES = {
    "opt-eps": "eps",
    "rho": "rho",
    "momentum": "momentum",
    "nesterov": "nesterov",
    "weight-decay": "weight_decay",
    "centered": "centered",
    "initial-accumulator": "initial_accumulator_value",
}


def chain(rule, options):
    """Pairs of an optax function and its keywords; the learning rate is to be filled in where it is None."""
    kept = {NAMES[key]: value for key, value in options.items() if key in NAMES}
    if "opt-betas" in options:
        kept["b1"], kept["b2"] = options["opt-betas"]
    before = [(optax.add_decayed_weights, {"weight_decay": options["l2"]})] if "l2" in options else []
    if "clip-grad" in options:
        before.insert(0, (optax.clip_by_global_norm, {"max_norm": options["clip-grad"]}))
    if rule == "sgdw":
        # optax has no SGDW: adamw's chain with a momentum in Adam's place.
        return [
            (optax.trace, {"decay": kept["momentum"], "nesterov": kept.get("nesterov", False)}),
            (optax.add_decayed_weights, {"weight_decay": kept["weight_decay"]}),
            (optax.scale_by_learning_rate, {"learning_rate": None}),
        ]
    if rule == "rmsprop":
        kept["decay"] = kept.pop("rho")
        kept["momentum"] = kept["momentum"] or None
    alias = optax.amsgrad if options.get("amsgrad") else getattr(optax, rule)
    return [*before, (alias, {"learning_rate": None, **kept})]


def run(rule, options, start, gradients, multipliers):
    """The call, and the parameters after each step."""
    rates = jax.numpy.asarray(options["lr"] * multipliers)
    schedule = lambda count: rates[count]
    links = chain(rule, options)
    texts = []
    for make, keywords in links:
        shown = {name: options["lr"] if name == "learning_rate" else value for name, value in keywords.items()}
        text = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        texts.append(f"optax.{make.__name__}({text})")
    optimizer = optax.chain(
        *(
            make(**{name: schedule if name == "learning_rate" else value for name, value in keywords.items()})
            for make, keywords in links
        )
    )
    parameters = jax.numpy.asarray(start)
    state = optimizer.init(parameters)
    after = []
    for gradient in gradients:
        updates, state = optimizer.update(jax.numpy.asarray(gradient), state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        after.append(np.array(parameters))
    assert after[0].dtype == np.float64
    return texts[0] if len(texts) == 1 else f"optax.chain({', '.join(texts)})", np.array(after)
