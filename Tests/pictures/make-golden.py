#!/usr/bin/env python3
"""Makes Tests/Goldens/pictures.json: small picture files and what Pillow reads and resizes them to.

  Tests/pictures/make-golden.py [--check]

Needs Pillow on libjpeg-turbo (Debian's python3-pil, so that the library is the system's). With --check
it makes the figures anew and compares; the files themselves may be packed in another way elsewhere, so
those in the golden are read again instead.
"""
import base64, io, json, pathlib, sys, zlib
from PIL import Image, ImageOps, features

GOLDEN = pathlib.Path(__file__).parent.parent / "Goldens/pictures.json"
FILTERS = {"antialias": Image.BILINEAR, "box": Image.BOX, "nearest": Image.NEAREST}


def text(data):
    return base64.b64encode(data).decode()


def value(x, y, c):
    """The source's pixels, which PicturesTests computes too."""
    return (x * x * 3 + y * 7 * (c + 1) + x * y * (c + 2)) % 256


def source(width, height, channels):
    data = bytes(value(x, y, c) for y in range(height) for x in range(width) for c in range(channels))
    return Image.frombytes("RGB" if channels == 3 else "L", (width, height), data)


def smooth(width, height):
    """What JPEG keeps more or less, and differs in all four corners."""
    data = bytes(
        v for y in range(height) for x in range(width)
        for v in (40 + 8 * x % 200, 30 + 12 * y % 200, 60 + 5 * x + 4 * y)
    )
    return Image.frombytes("RGB", (width, height), data)


def fitted(image, name, size, crop):
    (w, h), resample = image.size, FILTERS[name]
    if crop == "none":
        return image.resize((size, size), resample)
    short = min(w, h)
    wide, high = max(size, size * w // short), max(size, size * h // short)
    left, top = round((wide - size) / 2), round((high - size) / 2)
    return image.resize((wide, high), resample).crop((left, top, left + size, top + size))


def resized():
    cases = []
    for w, h, c in ((29, 19, 3), (17, 40, 1), (8, 8, 3)):
        image = source(w, h, c)
        for name in FILTERS:
            for size in (1, 5, 16, 31):
                for crop in ("none", "center"):
                    if (c == 1 or w == 8) and size == 31:
                        continue
                    out = fitted(image, name, size, crop)
                    cases.append({"width": w, "height": h, "channels": c, "filter": name, "size": size,
                                  "crop": crop, "pixels": text(out.tobytes())})
    return cases


def jpegs():
    image = smooth(20, 13)

    def saved(image, **options):
        out = io.BytesIO()
        image.save(out, "JPEG", **{"quality": 80, **options})
        return out.getvalue()

    yield "baseline-420.jpg", saved(image, subsampling=2)
    yield "baseline-422.jpg", saved(image, subsampling=1)
    yield "baseline-444.jpg", saved(image, subsampling=0)
    yield "progressive-420.jpg", saved(image, subsampling=2, progressive=True)
    yield "progressive-444.jpg", saved(image, subsampling=0, progressive=True)
    yield "grey.jpg", saved(image.convert("L"))
    yield "progressive-grey.jpg", saved(image.convert("L"), progressive=True)
    yield "cmyk.jpg", saved(image.convert("CMYK"))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x010F], exif[0x0112] = "a maker", orientation
        yield f"orientation-{orientation}.jpg", saved(image, subsampling=0, exif=exif)


def packed(kind, bits, width, height, rows, extra=b""):
    def chunk(name, body):
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([bits, kind, 0, 0, 0])
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pngs():
    def saved(image, **options):
        out = io.BytesIO()
        image.save(out, "PNG", **options)
        return out.getvalue()

    def chunk(name, body):
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    image = source(11, 7, 3)
    alpha = Image.frombytes("L", (11, 7), bytes(value(x, y, 4) for y in range(7) for x in range(11)))
    with_alpha = image.copy()
    with_alpha.putalpha(alpha)
    grey_alpha = image.convert("L")
    grey_alpha.putalpha(alpha)
    yield "rgb.png", saved(image)
    yield "grey.png", saved(image.convert("L"))
    yield "rgba.png", saved(with_alpha)
    yield "grey-alpha.png", saved(grey_alpha)
    yield "palette.png", saved(image.quantize(20))
    yield "palette-transparent.png", saved(image.quantize(20), transparency=3)
    yield "bilevel.png", saved(image.convert("1"))
    grey = [bytes(value(x, y, 0) for x in range(11)) for y in range(7)]
    # A gamma of 1, which screens would be told to correct and no data set means.
    yield "gamma.png", packed(0, 8, 11, 7, grey, chunk(b"gAMA", (100000).to_bytes(4, "big")))
    yield "grey-16.png", packed(0, 16, 11, 7, [bytes(v for p in row for v in (p, p)) for row in grey])
    # Rows of passes 1 to 7 of Adam7 for 3 x 3 pixels; none in the second and third.
    p = [[value(x, y, 0) for x in range(3)] for y in range(3)]
    passes = [[p[0][0]], [p[0][2]], [p[2][0], p[2][2]], [p[0][1]], [p[2][1]], [p[1][0], p[1][1], p[1][2]]]
    interlaced = packed(0, 8, 3, 3, [bytes(row) for row in passes])
    # The header's last byte, and its sum anew.
    body = interlaced[12:28] + b"\1"
    yield "interlaced.png", interlaced[:12] + body + zlib.crc32(body).to_bytes(4, "big") + interlaced[33:]


def read(name, data):
    image = Image.open(io.BytesIO(data))
    image = ImageOps.exif_transpose(image)
    if image.mode in ("CMYK", "I;16", "I"):
        return {"name": name, "file": text(data)}
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
        was_grey = name.startswith("grey")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image).convert("RGB")
        image = image.getchannel(0) if was_grey else image
    elif image.mode == "P":
        image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    return {"name": name, "file": text(data), "width": image.width, "height": image.height,
            "channels": len(image.getbands()), "pixels": text(image.tobytes())}


def main():
    old = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else None
    check = "--check" in sys.argv[1:]
    files = [(f["name"], base64.b64decode(f["file"])) for f in old["files"]] if check else [*jpegs(), *pngs()]
    golden = {
        "about": {
            "made-by": "Tests/pictures/make-golden.py",
            "pillow": Image.__version__,
            "libjpeg-turbo": features.version("libjpeg_turbo"),
        },
        "files": [read(name, data) for name, data in files],
        "resized": resized(),
    }
    if not check:
        lines = json.dumps(golden, indent=0)
        GOLDEN.write_text(lines + "\n")
        return
    for part in ("files", "resized"):
        if golden[part] != old[part]:
            sys.exit(f"{GOLDEN}: {part} come out otherwise here")
    print("the same")


main()
