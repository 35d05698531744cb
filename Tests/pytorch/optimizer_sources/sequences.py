"""What every optimizer of the goldens gets: one start, a few gradient sequences, a few schedules.

Gradients do not depend on the parameters, so a case tests the rule alone. Start and gradients have at most
8 significant bits: float32 holds them exactly.
"""

import numpy as np

ELEMENTS = 19
STEPS = 50


def rounded(values, bits=8):
    """To so many significant bits."""
    mantissas, exponents = np.frexp(values)
    result = np.ldexp(np.round(np.ldexp(mantissas, bits)), exponents - bits)
    assert np.array_equal(result, result.astype(np.float32))
    return result


def start():
    """From 1e-4 to 100, a zero among them."""
    return rounded(
        np.array([1, -0.5, 0.25, 0.1, -0.05, 2, 0, -3, 0.01, 1e-4, 1, -1, 0.7, 0.3, -0.2, 7, -100, 5e-3, 0.6])
    )


def wide():
    """Elements 0 to 9 of magnitude 1e-6 to 1e3; then an element that is always zero, one that is not zero only at
    steps 20 to 22, one from step 10, a constant, an alternating one, one of all magnitudes, one with three zeros in
    ten, a decreasing one (AMSGrad's), a tiny one. All are zero at steps 7 and 31."""
    random = np.random.RandomState(20)
    t = np.arange(1, STEPS + 1)
    noise = random.standard_normal((STEPS, ELEMENTS))
    gradients = noise * np.concatenate([10.0 ** np.arange(-6, 4), np.ones(9)])
    gradients[:, 10] = 0
    gradients[:, 11] *= (t >= 20) & (t <= 22)
    gradients[:, 12] *= t >= 10
    gradients[:, 13] = 0.5
    gradients[:, 14] = (-1.0) ** t
    gradients[:, 15] *= 10 ** random.uniform(-3, 3, STEPS)
    gradients[:, 16] *= random.uniform(size=STEPS) > 0.3
    gradients[:, 17] *= 100 * 0.8**t
    gradients[:, 18] = 2.0**-20 * np.sign(noise[:, 18])
    gradients[[6, 30]] = 0
    return rounded(gradients)


def mild():
    """Of magnitude 0.05 to 2, with a mean."""
    random = np.random.RandomState(21)
    scale = np.geomspace(0.05, 2, ELEMENTS)
    return rounded(scale * (0.5 + random.standard_normal((STEPS, ELEMENTS))))


def steady():
    """Nearly constant: SWATS switches."""
    random = np.random.RandomState(22)
    base = np.geomspace(0.2, 2, ELEMENTS) * np.sign(random.standard_normal(ELEMENTS))
    ripple = 1 + 0.1 * np.sin(np.arange(STEPS) / 5)[:, None]
    return rounded(base * ripple * (1 + 0.02 * random.standard_normal((STEPS, ELEMENTS))))


GRADIENTS = {"wide": wide(), "mild": mild(), "steady": steady()}

STEP = np.arange(STEPS)
MULTIPLIERS = {
    # The first 50 steps of a cosine over 60.
    "cosine": 0.5 * (1 + np.cos(np.pi * STEP / 60)),
    "fixed": np.ones(STEPS),
    # One for 40 steps, then down to a tenth: for a rule that behaves otherwise after a while.
    "late": np.where(STEP < 40, 1.0, 1 - 0.09 * (STEP - 39)),
}
