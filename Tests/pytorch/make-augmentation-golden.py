"""Makes the golden of augmentations. Needs NumPy, SciPy and Pillow.

    python3 Tests/pytorch/make-augmentation-golden.py            writes the file
    python3 Tests/pytorch/make-augmentation-golden.py --check    makes it anew and compares

Tests/Goldens/augmentations.json    samples of small images by each augmentation and by lists of them, and mixed batches

Random numbers are those of the program (Philox4x32-10 with the counter words block, purpose and site, sample + 1, epoch
or step), transcribed from the paper, so that both draw the same. What is done with them comes from the definitions:

    shift           scipy.ndimage.affine_transform(order=1, mode="nearest"), as keras.preprocessing.image calls it
    reflect-crop    numpy.pad(mode="reflect")
    resized-crop    torchvision's RandomResizedCrop.get_params; the crop by Pillow's bilinear resize of floats
    color-jitter    torchvision's functional adjust_brightness, adjust_contrast, adjust_saturation, in float64
    erasing         torchvision's RandomErasing.get_params
    mixup, cutmix   torchvision's references: the partner is batch.roll(1), lambda from Beta(a, a)

Beta(a, a) is X / (X + Y) of two Gamma(a), these by Marsaglia and Tsang (2000). Images are bytes that a formula gives:
(31 * image + 57 * offset + offset * offset // 3) mod 256, offset = (row * width + column) * channels + channel.
"""

import argparse
import json
import math
import pathlib
import platform
import sys

import numpy as np
import PIL
import scipy
from PIL import Image
from scipy import ndimage

FILE = pathlib.Path(__file__).resolve().parent.parent / "Goldens" / "augmentations.json"

PURPOSES = {
    "crop-flip": 3, "cutout": 8, "pad-crop": 9, "reflect-crop": 10, "flip": 11, "shift": 12, "resized-crop": 13,
    "color-jitter": 14, "erasing": 15, "mixing": 16,
}


def philox(key, counter):
    c, k, mask = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & mask, (p0 >> 32) ^ c[3] ^ k[1], p0 & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


assert philox((0, 0), (0, 0, 0, 0)) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


class Draws:
    def __init__(self, seed, purpose, sample, step):
        self.key = (seed & 0xFFFFFFFF, seed >> 32)
        self.counter = [0, PURPOSES[purpose] << 24, 0 if sample is None else sample + 1, step]
        self.words = []

    def next(self):
        if not self.words:
            self.words = philox(self.key, self.counter)
            self.counter[0] += 1
        return self.words.pop(0)

    def integer(self, bound):
        return self.next() * bound >> 32

    def uniform(self, low=0.0, high=1.0):
        return low + (high - low) * ((self.next() + 0.5) * 2.0**-32)

    def normal(self):
        radius = math.sqrt(-2 * math.log(self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())

    def log_gamma_variate(self, a):
        if a < 1:
            return self.log_gamma_variate(a + 1) + math.log(self.uniform()) / a
        d = a - 1 / 3
        c = 1 / math.sqrt(9 * d)
        while True:
            x = self.normal()
            v = (1 + c * x) ** 3
            u = self.uniform()
            if v > 0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
                return math.log(d) + math.log(v)

    def beta(self, a):
        x, y = self.log_gamma_variate(a), self.log_gamma_variate(a)
        return 1 / (1 + math.exp(y - x))


def image_bytes(image, shape):
    offsets = np.arange(math.prod(shape))
    return ((31 * image + 57 * offsets + offsets * offsets // 3) % 256).astype(np.float64).reshape(shape)


def crop_flip(x, draws, around):
    mirrored = draws.integer(2) == 1
    y = pad_crop(x, draws, around, 4)
    return y[:, ::-1] if mirrored else y


def pad_crop(x, draws, around, padding):
    height, width, channels = x.shape
    padded = np.broadcast_to(around, (height + 2 * padding, width + 2 * padding, channels)).copy()
    padded[padding : padding + height, padding : padding + width] = x
    top, left = draws.integer(2 * padding + 1), draws.integer(2 * padding + 1)
    return padded[top : top + height, left : left + width]


def reflect_crop(x, draws, around, padding):
    height, width, _ = x.shape
    padded = np.pad(x, ((padding, padding), (padding, padding), (0, 0)), mode="reflect")
    top, left = draws.integer(2 * padding + 1), draws.integer(2 * padding + 1)
    return padded[top : top + height, left : left + width]


def flip(x, draws, around):
    return x[:, ::-1] if draws.integer(2) == 1 else x


def shift(x, draws, around, part):
    down, right = draws.uniform(-part, part) * x.shape[0], draws.uniform(-part, part) * x.shape[1]
    channels = [
        ndimage.affine_transform(x[..., c], np.eye(2), [down, right], order=1, mode="nearest")
        for c in range(x.shape[2])
    ]
    return np.stack(channels, axis=-1)


def resized_crop(x, draws, around, least=0.08, most=1.0, low=0.75, high=4 / 3):
    height, width, channels = x.shape
    for _ in range(10):
        area = height * width * draws.uniform(least, most)
        aspect = math.exp(draws.uniform(math.log(low), math.log(high)))
        w, h = int(round(math.sqrt(area * aspect))), int(round(math.sqrt(area / aspect)))
        if 0 < w <= width and 0 < h <= height:
            i, j = draws.integer(height - h + 1), draws.integer(width - w + 1)
            break
    else:
        w, h = width, height
        if width / height < low:
            h = int(round(w / low))
        elif width / height > high:
            w = int(round(h * high))
        i, j = (height - h) // 2, (width - w) // 2
    crop = x[i : i + h, j : j + w].astype(np.float32)
    bilinear = Image.Resampling.BILINEAR
    channels = [
        np.asarray(Image.fromarray(crop[..., c].copy()).resize((width, height), bilinear)) for c in range(channels)
    ]
    return np.stack(channels, axis=-1).astype(np.float64)


def grey(x):
    return x @ np.array([0.2989, 0.587, 0.114]) if x.shape[2] == 3 else x[..., 0]


def color_jitter(x, draws, brightness, contrast=0.0, saturation=0.0):
    order = [0, 1, 2]
    for last in (2, 1):
        chosen = draws.integer(last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    strengths = (brightness, contrast, saturation)
    factors = [draws.uniform(max(0, 1 - s), 1 + s) for s in strengths]
    for k in order:
        if strengths[k] == 0:
            continue
        other = (0.0, grey(x).mean(), grey(x)[..., None])[k]
        x = np.clip(factors[k] * x + (1 - factors[k]) * other, 0, 255)
    return x


def cutout(x, draws, size):
    height, width, _ = x.shape
    top, left = draws.integer(height) - size // 2, draws.integer(width) - size // 2
    y = x.copy()
    y[max(0, top) : max(0, top + size), max(0, left) : max(0, left + size)] = 0
    return y


def erasing(x, draws, probability=0.5, least=0.02, most=0.33, low=0.3, high=3.3):
    height, width, _ = x.shape
    if draws.uniform() >= probability:
        return x
    for _ in range(10):
        area = height * width * draws.uniform(least, most)
        aspect = math.exp(draws.uniform(math.log(low), math.log(high)))
        h, w = int(round(math.sqrt(area * aspect))), int(round(math.sqrt(area / aspect)))
        if h < height and w < width:
            i, j = draws.integer(height - h + 1), draws.integer(width - w + 1)
            y = x.copy()
            y[i : i + h, j : j + w] = 0
            return y
    return x


GEOMETRY = {
    "crop-flip": crop_flip, "pad-crop": pad_crop, "reflect-crop": reflect_crop, "flip": flip, "shift": shift,
    "resized-crop": resized_crop,
}
BYTES = {"color-jitter": color_jitter}
NORMALIZED = {"cutout": cutout, "erasing": erasing}


def parsed(text):
    for item in text.split(","):
        name, *numbers = item.split(":")
        yield name, [float(n) if "." in n else int(n) for n in numbers]


def sample(text, x, mean, deviation, mean_image, seed, index, epoch):
    """A training sample. `mean_image` is taken off before geometry, `mean` behind it."""
    items = list(parsed(text))
    if mean_image is not None:
        x = (x - mean_image) / deviation
    around = np.zeros_like(mean) if mean_image is not None else mean
    for functions, extra in ((GEOMETRY, [around]), (BYTES, []), (NORMALIZED, [])):
        if functions is NORMALIZED and mean_image is None:
            x = (x - mean) / deviation
        for name, numbers in items:
            if name in functions:
                x = functions[name](x, Draws(seed, name, index, epoch), *extra, *numbers)
    return x


LISTS = [
    "crop-flip", "pad-crop:3", "reflect-crop:3", "flip", "shift:0.3", "resized-crop", "resized-crop:0.5:0.9:0.5:2",
    "color-jitter:0.4", "color-jitter:0:0.5", "color-jitter:0:0:0.8", "color-jitter:0.9:0.9:0.9", "cutout:3",
    "erasing:0.8", "pad-crop:2,flip", "flip,pad-crop:2", "shift:0.1,flip", "pad-crop:2,shift:0.2,flip,cutout:2",
    "resized-crop:0.5,flip,color-jitter:0.2:0.2:0.2", "pad-crop:2,color-jitter:0.5:0.5,erasing:1:0.1:0.3",
]
SEED = 0x1234567_89ABCDEF


def single(text, shape, with_image):
    channels = shape[2]
    mean = np.array([120.5, 110.25, 130.0][:channels])
    deviation = np.array([60.0, 50.0, 70.0][:channels])
    image = None
    if with_image:
        deviation = np.full(channels, 255.0)
        image = np.stack([image_bytes(k, shape) for k in range(20)]).mean(axis=0).astype(np.float32)
        image = image.astype(np.float64)
    samples = [
        sample(text, image_bytes(index, shape), mean, deviation, image, SEED, index, epoch)
        for index, epoch in ((0, 0), (1, 0), (2, 7), (19, 3))
    ]
    case = {
        "augment": text, "shape": shape, "mean": mean.tolist(), "deviation": deviation.tolist(),
        "values": [round(v, 6) for s in samples for v in s.ravel().tolist()],
    }
    if with_image:
        case["mean-image"] = [round(v, 4) for v in image.ravel().tolist()]
    return case


def mix(kinds, shape, seed, step):
    """The share of a sample's own label, and the box of its partner or nothing."""
    draws = Draws(seed, "mixing", None, step)
    kind = list(kinds)[draws.integer(2)] if len(kinds) == 2 else list(kinds)[0]
    share = draws.beta(kinds[kind])
    if kind == "mixup":
        return share, None
    height, width, _ = shape
    half = 0.5 * math.sqrt(1 - share)
    ends = []
    for count in (height, width):
        centre, reach = draws.integer(count), int(half * count)
        ends += [max(0, centre - reach), min(count, centre + reach)]
    return 1 - (ends[1] - ends[0]) * (ends[3] - ends[2]) / (height * width), ends


def mixed(text, shape, count):
    """A batch of images as they are, 0..<count, mixed in each of some steps."""
    kinds = {name: numbers[0] if numbers else 1 for name, numbers in parsed(text)}
    batch = np.stack([image_bytes(k, shape) for k in range(count)])
    steps = []
    for step in range(12):
        share, box = mix(kinds, shape, SEED, step)
        partner = np.roll(batch, 1, axis=0)
        y = batch.copy()
        if box is None:
            y = share * batch + (1 - share) * partner
        else:
            y[:, box[0] : box[1], box[2] : box[3]] = partner[:, box[0] : box[1], box[2] : box[3]]
        steps.append({"share": share, "box": box or [], "values": [round(v, 4) for v in y[:3].ravel().tolist()]})
    return {"augment": text, "shape": shape, "count": count, "steps": steps}


def golden():
    return {
        "about": {
            "made-by": "Tests/pytorch/make-augmentation-golden.py", "seed": str(SEED),
            "samples": "index, epoch: (0, 0), (1, 0), (2, 7), (19, 3)",
            "with": f"NumPy {np.__version__}, SciPy {scipy.__version__}, Pillow {PIL.__version__}, "
            f"Python {platform.python_version()}",
        },
        "cases": [single(text, [6, 5, 3], False) for text in LISTS]
        + [single(text, [3, 8, 1], False) for text in LISTS]
        + [single(text, [6, 5, 3], True) for text in LISTS if "color" not in text],
        "batches": [mixed(text, [4, 5, 1], 5) for text in ("mixup:0.2", "mixup:1.5", "cutmix", "mixup:0.5,cutmix:1")],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    check = parser.parse_args().check
    made = golden()
    if not check:
        text = json.dumps(made, indent=None).replace('}, {"augment"', '},\n{"augment"')
        FILE.write_text(text + "\n")
        return
    kept = json.loads(FILE.read_text())
    for part in ("cases", "batches"):
        for old, new in zip(kept[part], made[part], strict=True):
            if json.dumps(old) != json.dumps(new):
                sys.exit(f"{old['augment']} of {old['shape']} differs")
    print("the same")


if __name__ == "__main__":
    main()
