#!/usr/bin/env bash
# Builds everything with AddressSanitizer or ThreadSanitizer, beside the usual build, and runs the
# tests: every report ends the process that it is of, and so its test.
#
#   Tests/sanitizers.sh address|thread [ARGUMENTS OF swift test, such as --filter Kernels]
#
# What is suppressed stands, with its reason, in Tests/sanitizers/KIND.supp and below.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-}
case $kind in
  address | thread) shift ;;
  *) echo "usage: Tests/sanitizers.sh address|thread [ARGUMENTS OF swift test]" >&2 && exit 64 ;;
esac
source launch/packages.sh
flags=(-c release --sanitize "$kind" --scratch-path ".build/sanitize-$kind"
  --disable-testable-imports ${link_flags[@]+"${link_flags[@]}"})

suppressed="suppressions=$PWD/Tests/sanitizers/$kind.supp:halt_on_error=1"
# Leaks are not looked for: Open MPI, OpenBLAS and the loader keep what they allocate until the end.
# Signals are the program's own to handle, and tests send them: a fault still ends the process.
export ASAN_OPTIONS="$suppressed:detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0"
ASAN_OPTIONS+=":handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0"
export TSAN_OPTIONS="$suppressed:handle_segv=0:handle_abort=0:handle_sigbus=0"
TSAN_OPTIONS+=":handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

swift build --build-tests "${flags[@]}"
swift test --skip-build "${flags[@]}" "$@"
