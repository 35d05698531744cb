#!/usr/bin/env bash
# Checks in one command that adamw-ddp and NumPy read the same images from the same files, in every format.
#
#   Tests/data/compare.sh [--full] [FOLDER…]
#
# Python writes small folders of every format (pickles of protocols 2 to 4, npz, IDX, gzip); FOLDERs, of CIFAR-10's binary
# version or of MNIST's files, are read as they are. Compared are the digest of all pixels and labels, the images of each
# class, mean and deviation. --full also makes one file of ImageNet32x32 of full size (128,116 images, 394 MB, in TMPDIR)
# as pickle, npz and deflated npz, and says how long its opening takes and how much memory. The program is
# .build/release/adamw-ddp, or what ADAMW_DDP names. Without python3 and NumPy it says so and does nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${ADAMW_DDP:-$here/../../.build/release/adamw-ddp}
python=${PYTHON:-python3}

if ! "$python" -c 'import numpy' 2>/dev/null; then
    echo "skipped: $python with NumPy is missing (Debian: python3-numpy)" >&2
    exit 0
fi
if [[ ! -x $program ]]; then
    echo "$program is missing: run swift build -c release first" >&2
    exit 2
fi
exec "$python" "$here/compare.py" "$program" "$@"
