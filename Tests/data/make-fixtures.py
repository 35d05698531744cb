#!/usr/bin/env python3
"""Makes Tests/Goldens/data-files.json: small files as Python, NumPy, gzip and zipfile write them.

    Tests/data/make-fixtures.py [--check]

A file is a list of pieces: text is base64, and a number n stands for the 3072 bytes of image n, whose
pixel p of colour c is (37n + 50c + p) mod 256; here they are made by NumPy, in the tests by Swift.
Every file is read again by the library that it is for before it is written. Needs NumPy 2.
"""
import base64, gzip, io, json, pathlib, pickle, struct, sys, zipfile
import numpy as np

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Goldens" / "data-files.json"


def image(n):
    p = np.arange(1024)
    return np.concatenate([(37 * n + 50 * c + p) % 256 for c in range(3)]).astype(np.uint8)


def images(*numbers):
    return np.stack([image(n) for n in numbers])


def pieces(data):
    """Cuts the bytes of images out."""
    out, start, place = [], 0, 0
    known = {image(n).tobytes(): n for n in range(8)}
    while place + 3072 <= len(data):
        n = known.get(data[place:place + 3072])
        if n is None:
            place += 1
            continue
        out += [base64.b64encode(data[start:place]).decode(), n]
        start = place = place + 3072
    return [piece for piece in out + [base64.b64encode(data[start:]).decode()] if piece != ""]


def python2(entries):
    """A dictionary as Python 2's cPickle writes it in protocol 2: strings, lists of whole numbers or of strings,
    arrays of bytes. Memo numbers begin at 1."""
    out, memo = bytearray(b"\x80\x02"), 0

    def put():
        nonlocal memo
        memo += 1
        return b"q" + bytes([memo]) if memo < 256 else b"r" + struct.pack("<I", memo)

    def string(text):
        text = text if isinstance(text, bytes) else text.encode()
        head = b"U" + bytes([len(text)]) if len(text) < 256 else b"T" + struct.pack("<i", len(text))
        return head + text + put()

    def number(n):
        if 0 <= n < 256: return b"K" + bytes([n])
        if 0 <= n < 65536: return b"M" + struct.pack("<H", n)
        return b"J" + struct.pack("<i", n)

    def array(x):
        body = b"cnumpy.core.multiarray\n_reconstruct\n" + put() + b"cnumpy\nndarray\n" + put()
        body += b"K\x00\x85" + put() + string("b") + b"\x87" + put() + b"R" + put()
        body += b"(K\x01" + number(x.shape[0]) + number(x.shape[1]) + b"\x86" + put()
        body += b"cnumpy\ndtype\n" + put() + string("u1") + b"K\x00K\x01\x87" + put() + b"R" + put()
        body += b"(K\x03" + string("|") + b"NNN" + number(-1) + number(-1) + b"K\x00t" + put() + b"b"
        return body + b"\x89" + string(x.tobytes()) + b"t" + put() + b"b"

    out += b"}" + put() + b"("
    for key, value in entries.items():
        out += string(key)
        if isinstance(value, str):
            out += string(value)
        elif isinstance(value, int):
            out += number(value)
        elif isinstance(value, list):
            out += b"]" + put() + b"("
            for item in value: out += number(item) if isinstance(item, int) else string(item)
            out += b"e"
        else:
            out += array(value)
    return bytes(out + b"u.")


def same(a, b):
    return np.array_equal(np.asarray(a), np.asarray(b))


def check(data, entries):
    read = pickle.loads(data, encoding="latin1")
    assert read.keys() == entries.keys()
    assert all(same(read[key], entries[key]) for key in entries)
    return data


def pickled(entries, protocol, older=False):
    data = pickle.dumps(entries, protocol=protocol)
    if older:
        data = data.replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    return check(data, entries)


def npz(save, large=False, **arrays):
    """With `large` every size and place of the directory takes zip64's fields."""
    out, before = io.BytesIO(), (zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT)
    if large: zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 0, 0
    save(out, **arrays)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = before
    with np.load(io.BytesIO(out.getvalue()), allow_pickle=False) as read:
        assert all(same(read[name], arrays[name]) for name in arrays)
    return out.getvalue()


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    assert same(np.load(io.BytesIO(out.getvalue())), array)
    return out.getvalue()


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


class Runs:
    def __reduce__(self):
        return (print, ("ran",))


def files():
    names = "airplane automobile bird cat deer dog frog horse ship truck".split()
    ten = {"batch_label": "training batch 1 of 5", "labels": [3, 9, 0], "data": images(0, 1, 2),
           "filenames": [f"x_{n}.png" for n in range(3)]}
    meta = {"num_cases_per_batch": 10000, "label_names": names, "num_vis": 3072}
    hundred = {"filenames": ["a.png", "b.png"], "batch_label": "training batch 1 of 1",
               "fine_labels": [99, 0], "coarse_labels": [19, 4], "data": images(3, 4)}
    hundred_meta = {"fine_label_names": [f"fine_{n}" for n in range(100)],
                    "coarse_label_names": [f"coarse_{n}" for n in range(20)]}
    large = {"data": images(0, 5), "labels": [1, 1000], "mean": images(0, 5).mean(axis=0)[:5]}
    made = {"cifar10-python2": check(python2(ten), ten), "cifar10-meta-python2": check(python2(meta), meta),
            "cifar10-meta-4": pickled(meta, 4),
            "cifar100-python2": check(python2(hundred), hundred),
            "cifar100-4": pickled(hundred, 4), "cifar100-meta-4": pickled(hundred_meta, 4),
            "cifar100-meta-python2": check(python2(hundred_meta), hundred_meta)}
    for protocol in (2, 3, 4):
        made[f"cifar10-{protocol}"] = pickled(ten, protocol)
        made[f"imagenet32-{protocol}"] = pickled(large, protocol)
        made[f"imagenet32-{protocol}-older"] = pickled(large, protocol, older=True)
    made["cifar10-bytes-2"] = pickled({key.encode(): value for key, value in ten.items()}, 2)
    arrays = {"data": images(0, 5), "labels": np.array([1, 1000]), "mean": large["mean"]}
    made["imagenet32.npz"] = npz(np.savez, **arrays)
    made["imagenet32-deflated.npz"] = npz(np.savez_compressed, **arrays)
    made["imagenet32-zip64.npz"] = npz(np.savez, large=True, **arrays)
    numbers = np.array([[1, 2, 300], [4, 5, 60000]])
    for version in (1, 2, 3):
        made[f"i8-version{version}.npy"] = npy(numbers, (version, 0))
    made["u2-big.npy"], made["i4-big.npy"] = npy(numbers.astype(">u2")), npy(-numbers.astype(">i4"))
    made["u1-one.npy"] = npy(np.arange(5, dtype=np.uint8))
    made["u8-scalar.npy"] = npy(np.array(7, dtype=np.uint64))
    made["u8-large.npy"] = npy(np.array([2**63], dtype=np.uint64))
    made["i1.npy"] = npy(np.array([-128, 127], dtype=np.int8))
    made["f8.npy"] = npy(numbers / 7)
    made["fortran.npy"] = npy(np.asfortranarray(numbers))
    made["structure.npy"] = npy(np.zeros(2, dtype=[("a", "i4"), ("b", "f4")]))
    grey = (np.arange(3 * 4 * 5) * 7 % 256).astype(np.uint8).reshape(3, 4, 5)
    made["grey-idx3"], made["grey-idx3.gz"] = idx(grey), gzip.compress(idx(grey), mtime=0)
    made["grey-idx1.gz"] = gzip.compress(idx(np.array([9, 0, 4], dtype=np.uint8)), mtime=0)
    parts = [gzip.compress(bytes(range(100)), mtime=0), gzip.compress(b"", mtime=0), gzip.compress(b"end" * 999, mtime=0)]
    made["members.gz"] = b"".join(parts)
    made["runs"] = pickle.dumps({"data": Runs()}, protocol=2)
    made["protocol5"] = pickle.dumps({"data": images(0)}, protocol=5)
    made["fortran"] = pickle.dumps({"data": np.asfortranarray(images(0, 1)[:, :3]), "labels": [1, 2]}, protocol=2)
    made["objects"] = pickle.dumps({"data": np.array([None, 1]), "labels": [1, 2]}, protocol=3)
    return made


def main():
    made = {"about": "Tests/data/make-fixtures.py with NumPy " + np.__version__,
            "files": {name: pieces(data) for name, data in files().items()}}
    text = json.dumps(made, indent=1) + "\n"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if TARGET.read_text() == text else f"{TARGET} would be another")
    TARGET.write_text(text)


main()
