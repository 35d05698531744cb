#!/usr/bin/env bash
# Makes the goldens of the update rules with pinned versions of PyTorch, Keras, optax and JAX.
#
#   Tests/pytorch/make-optimizer-golden.sh [--check]
#
# --check makes them anew and compares. PYTHON_ENVIRONMENT names a virtual environment to use instead of making one;
# optimizer_sources/requirements.txt says what it needs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -n ${PYTHON_ENVIRONMENT:-} ]]; then
    python=$PYTHON_ENVIRONMENT/bin/python
else
    python=$("$here/environment.sh" "$here/optimizer_sources")
fi
exec "$python" "$here/make-optimizer-golden.py" "$@"
