#!/usr/bin/env bash
# Builds everything with AddressSanitizer or ThreadSanitizer, beside the usual build, and runs the
# tests: every report ends the process that it is of, and so its test.
#
#   Tests/sanitizers.sh address|thread [ARGUMENTS OF swift test, such as --filter Kernels]
#
# Nothing is suppressed; what is left out stands, with its reason, below and at the tests
# (isSanitized). ThreadSanitizer needs Swift's clang.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-}
case $kind in
  address | thread) shift ;;
  *) echo "usage: Tests/sanitizers.sh address|thread [ARGUMENTS OF swift test]" >&2 && exit 64 ;;
esac
source launch/packages.sh
flags=(-c release --sanitize "$kind" --scratch-path ".build/sanitize-$kind"
  ${link_flags[@]+"${link_flags[@]}"})

# Leaks are not looked for: Open MPI, OpenBLAS and the loader keep what they allocate until the end.
# Signals are the program's own to handle, and tests send them: a fault still ends the process.
export ASAN_OPTIONS="halt_on_error=1:detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0"
ASAN_OPTIONS+=":handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0"
export TSAN_OPTIONS="halt_on_error=1:handle_segv=0:handle_abort=0:handle_sigbus=0"
TSAN_OPTIONS+=":handle_sigfpe=0:handle_sigill=0:handle_sigtrap=0"
# The Swift runtime looks at all stacks when a process crashes, as some tests have one do.
export SWIFT_BACKTRACE=enable=no OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

swift build --build-tests "${flags[@]}"
if [[ $kind == thread ]]; then
  seen=$PWD/.build/sanitize-thread/mutex.so
  clang -Wall -shared -fPIC -O1 -o "$seen" Tests/sanitizers/mutex.c
  export LD_PRELOAD=$seen
fi
swift test --skip-build --disable-testable-imports "${flags[@]}" "$@"
