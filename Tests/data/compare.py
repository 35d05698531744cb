"""Compares what adamw-ddp reads with what NumPy reads; compare.sh says how to run it."""
import gzip, hashlib, json, pathlib, pickle, struct, subprocess, sys, tempfile, time
import numpy as np

ROWS = np.random.default_rng(14)
# In a small process of its own, since a process counts the memory of the one that it came from.
MEASURED = """
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def idx(path):
    plain = gzip.open if path.suffix == ".gz" else open
    with plain(path, "rb") as file: data = file.read()
    shape = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def digest(images, labels):
    """ImageDigest, by its definition: images are number × height × width × channels."""
    count, height, width, channels = images.shape
    whole = hashlib.sha256(struct.pack("<4I", height, width, channels, count))
    for start in range(0, count, 100):
        block = hashlib.sha256()
        for image, label in zip(images[start:start + 100], labels[start:start + 100]):
            block.update(struct.pack("<I", int(label)) + image.tobytes())
        whole.update(block.digest())
    return whole.hexdigest()


def pixels(rows):
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def cifar10(folder):
    def read(names):
        data = np.concatenate([np.fromfile(folder / name, np.uint8).reshape(-1, 3073) for name in names])
        return pixels(data[:, 1:]), data[:, 0]
    training = sorted(path.name for path in folder.glob("data_batch_*.bin"))
    return {"training": read(training), "test": read(["test_batch.bin"])}


def mnist(folder):
    def read(part):
        images, labels = (next(folder.glob(f"{part}-{kind}-idx*")) for kind in ("images", "labels"))
        return idx(images)[..., None], idx(labels)
    return {"training": read("train"), "test": read("t10k")}


def drawn(count, classes, first=0):
    labels = np.concatenate([np.arange(classes), ROWS.integers(0, classes, max(0, count - classes))])[:count]
    return ROWS.integers(0, 256, (count, 3072), np.uint8), labels + first


def made(folder):
    """Folders of all formats, with what is in them as NumPy holds it."""
    def place(name):
        (folder / name).mkdir()
        return folder / name

    tens = [drawn(count, 10) for count in (37, 120, 55)]
    known = {"training": (pixels(np.concatenate([rows for rows, _ in tens[:2]])), np.concatenate([y for _, y in tens[:2]])),
             "test": (pixels(tens[2][0]), tens[2][1])}
    for form in ("binary", 2, 3, 4):
        at = place(f"cifar10-{form}")
        for name, (rows, labels) in zip(("data_batch_1", "data_batch_2", "test_batch"), tens):
            if form == "binary":
                np.column_stack([labels.astype(np.uint8), rows]).tofile(at / f"{name}.bin")
            else:
                entry = {"data": rows, "labels": [int(y) for y in labels], "filenames": [f"{n}.png" for n in range(len(rows))]}
                (at / name).write_bytes(pickle.dumps(entry, protocol=form))
        yield at, [], known

    hundreds = [(*drawn(count, 100), drawn(count, 20)[1]) for count in (210, 104)]
    for form in ("binary", 2, 4):
        at = place(f"cifar100-{form}")
        for name, (rows, fine, coarse) in zip(("train", "test"), hundreds):
            if form == "binary":
                np.column_stack([coarse.astype(np.uint8), fine.astype(np.uint8), rows]).tofile(at / f"{name}.bin")
            else:
                entry = {"data": rows, "fine_labels": fine.tolist(), "coarse_labels": coarse.tolist()}
                (at / name).write_bytes(pickle.dumps(entry, protocol=form))
        if form != "binary":
            names = {f"{kind}_label_names": [f"{kind}{n}" for n in range(count)] for kind, count in (("fine", 100), ("coarse", 20))}
            (at / "meta").write_bytes(pickle.dumps(names, protocol=form))
        for kind, which in (("fine", 1), ("coarse", 2)):
            yield at, ["--labels", kind], {part: (pixels(each[0]), each[which]) for part, each in zip(("training", "test"), hundreds)}

    batches = [drawn(count, 1000, 1) for count in (31, 40, 150)]
    known = {"training": (pixels(np.concatenate([rows for rows, _ in batches[:2]])), np.concatenate([y for _, y in batches[:2]]) - 1),
             "test": (pixels(batches[2][0]), batches[2][1] - 1)}
    for form in (2, 3, 4, "npz", "deflated"):
        at = place(f"imagenet32-{form}")
        for name, batch in zip(("train_data_batch_2", "train_data_batch_10", "val_data"), batches):
            write(at / name, *batch, form)
        yield at, [], known

    grey = [(ROWS.integers(0, 256, (count, 28, 28), np.uint8), ROWS.integers(0, 10, count).astype(np.uint8)) for count in (333, 90)]
    known = {part: (images[..., None], labels) for part, (images, labels) in zip(("training", "test"), grey)}
    for form in ("plain", "gz"):
        at = place(f"idx-{form}")
        for part, arrays in zip(("train", "t10k"), grey):
            for kind, array in zip(("images", "labels"), arrays):
                data = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
                name = f"{part}-{kind}-idx{array.ndim}-ubyte"
                (at / name).write_bytes(data) if form == "plain" else (at / f"{name}.gz").write_bytes(gzip.compress(data))
        yield at, [], known


def write(path, rows, labels, form):
    """A batch of ImageNet32x32."""
    mean = rows[:100].mean(axis=0)
    if form in ("npz", "deflated"):
        save = np.savez if form == "npz" else np.savez_compressed
        save(f"{path}.npz", data=rows, labels=labels, mean=mean)
    else:
        with open(path, "wb") as file: pickle.dump({"data": rows, "labels": labels.tolist(), "mean": mean}, file, protocol=form)


def report(program, folder, flags):
    run = subprocess.run([program, "data", "info", folder, "--json", *flags], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def compare(program, folder, flags, known):
    said = {part["name"]: part for part in report(program, folder, flags)["parts"]}
    assert said.keys() == known.keys(), f"{said.keys()} in place of {known.keys()}"
    for name, (images, labels) in known.items():
        part, values = said[name], images.reshape(-1, images.shape[-1]).astype(np.float64)
        assert part["sha256"] == digest(images, labels), f"other pixels or labels of the {name} images"
        assert part["images"] == len(labels)
        counts = np.bincount(labels, minlength=len(part["per_class"]))
        assert counts.tolist() == part["per_class"], f"other numbers of {name} images by class"
        assert np.allclose(part["mean"], values.mean(axis=0), rtol=1e-6), f"another mean of the {name} images"
        assert np.allclose(part["deviation"], values.std(axis=0), rtol=1e-6), f"another deviation of the {name} images"
    print(f"same: {' '.join(map(str, [folder, *flags]))}: " + ", ".join(f"{len(y)} {name}" for name, (_, y) in known.items()))


def opening(program, folder):
    """Opens files of full size and shows one image: seconds and MiB of memory."""
    rows, labels = drawn(128116, 1000, 1)
    for form in (4, "npz", "deflated"):
        at = folder / f"full-{form}"
        at.mkdir()
        write(at / "train_data_batch_1", rows, labels, form)
        write(at / "val_data", rows[:100], labels[:100], form)
        command = [program, "data", "preview", at, "--count", "1", "--output", folder / "sheet.png", "--threads", "1"]
        told = subprocess.run([sys.executable, "-c", MEASURED, *command], stdout=subprocess.PIPE, text=True, check=True).stdout
        seconds, memory = map(float, told.split())
        size = sum(path.stat().st_size for path in at.iterdir())
        name = "pickle" if form == 4 else form
        print(f"full size, {name}: {size / 1e6:.0f} MB opened, and an image shown, in {seconds:.2f} s with {memory:.0f} MiB of memory", flush=True)
        for path in at.iterdir(): path.unlink()


def main():
    program, arguments = sys.argv[1], sys.argv[2:]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        given = [pathlib.Path(name) for name in arguments if name != "--full"]
        cases = [(name, [], (mnist if list(name.glob("train-images*")) else cifar10)(name)) for name in given]
        for at, flags, known in [*made(pathlib.Path(folder)), *cases]:
            try:
                compare(program, at, flags, known)
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"DIFFERS: {at} {' '.join(flags)}: {error}")
        if "--full" in arguments: opening(program, pathlib.Path(folder))
    sys.exit(f"{failed} differ" if failed else 0)


main()
