#!/usr/bin/env bash
# Makes, or reuses, a Python environment with PyTorch for the scripts of a folder (default this one)
# and prints the path of its Python. It lies in .build-pytorch of the repository, which git ignores.
#
#   python=$(Tests/pytorch/environment.sh [FOLDER])
#
# The packages are pinned in FOLDER/requirements.txt and installed without following dependencies, which
# keeps out the parts of CUDA that only compile kernels. Needs Python 3.11 or newer with its venv
# module (Debian: python3-venv); PYTHON=... names another one than python3.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
pins=$(cd "${1:-$here}" && pwd)
folder=$repository/.build-pytorch
if [[ $pins == "$here" ]]; then
    venv=$folder/venv
else
    venv=$folder/venv-$(basename "$(dirname "$pins")")
fi
installed=$venv/installed.txt # written last: what a finished environment was made from

mkdir -p "$folder"
exec 9>"$folder/lock" # one maker at a time
flock 9

if ! cat "$pins"/requirements*.txt | cmp -s - "$installed"; then
    {
        echo "Making $venv"
        "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
        rm -rf "$venv"
        "${PYTHON:-python3}" -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$pins/requirements.txt"
        if ! "$venv/bin/python" -c 'import torch' 2>"$folder/import.log"; then
            tail -n 1 "$folder/import.log"
            echo "This torch is a CUDA build: installing the libraries it loads"
            # torch itself is not named here, so pip only remarks that its other dependencies are absent.
            "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$pins/requirements-libraries.txt"
        fi
        "$venv/bin/python" -c 'import torch, numpy; print("PyTorch", torch.__version__)'
        cat "$pins"/requirements*.txt >"$installed"
    } >&2
fi
echo "$venv/bin/python"
