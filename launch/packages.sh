# shellcheck shell=bash
# Swift, Open MPI and OpenBLAS, ready for `swift build`: the only place that knows their packages.
#
#   source launch/packages.sh    (in bash) before a `swift build` of your own
#
# What is there is used, a module system's libraries included; apt-get is asked only for what is missing.
# Exports PKG_CONFIG_PATH where pkg-config needs help, and sets the array link_flags, arguments for
# `swift build` with which the program finds libraries outside /usr when it starts.

packages_stop() {
  printf 'packages: %s\n' "$@" >&2
  return 69
}

packages_need_swift() {
  local wanted found
  wanted=$(sed -n '1s/.*swift-tools-version: *//p' "$repository/Package.swift")
  found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')
  [[ $found && $(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1) == "$wanted" ]] && return
  packages_stop "Swift $wanted or newer is needed, ${found:-none} is on PATH." \
    'Install it with swiftly, or unpack the tarball for your system into a folder of yours and put its' \
    'usr/bin on PATH; neither needs root. Both are on https://www.swift.org/install'
}

# packages_write NAME FLAG...: a .pc file from a compiler's flags; only -I, -L and -l, SwiftPM refuses others.
packages_write() {
  local flag compile='' link='' folder=$repository/.build/pkgconfig
  for flag in "${@:2}"; do
    case $flag in
      -I*) compile+=" $flag" ;;
      -[lL]*) link+=" $flag" ;;
    esac
  done
  mkdir -p "$folder"
  printf 'Name: %s\nDescription: as the compiler finds it\nVersion: 0\nCflags:%s\nLibs:%s\n' \
    "$1" "$compile" "$link" >"$folder/$1.pc"
  [[ :${PKG_CONFIG_PATH-}: == *":$folder:"* ]] ||
    export PKG_CONFIG_PATH="$folder${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
}

# The mpicc on PATH decides, because the mpirun beside it will start the program: a module's Open MPI
# goes before the system's that pkg-config knows.
packages_have_mpi() {
  local folders flags
  command -v mpirun >/dev/null || return
  folders=$(mpicc --showme:libdirs 2>/dev/null) || return # only Open MPI's mpicc knows --showme
  [[ " $folders " == *" $(pkg-config --variable=libdir ompi-c 2>/dev/null) "* ]] && return
  read -ra flags <<<"$(mpicc --showme:compile) $(mpicc --showme:link)"
  packages_write ompi-c "${flags[@]}"
}

# Where pkg-config does not know OpenBLAS the compiler may: modules set CPATH and LIBRARY_PATH.
packages_have_openblas() {
  local header library probe=$'#include <cblas.h>\nint main(void) { openblas_get_config(); }'
  pkg-config --exists openblas 2>/dev/null && return
  header=$(cc -E -x c - <<<"$probe" 2>/dev/null | sed -n '/cblas\.h"/s/^# 1 "\(.*\)\/.*/\1/p')
  library=$(cc -x c - -o /dev/null -lopenblas -Wl,--trace <<<"$probe" 2>/dev/null |
    sed -n 's/\(.*\)\/libopenblas\.so.*/\1/p')
  [[ $header && $library ]] && packages_write openblas "-I${header%%$'\n'*}" "-L${library%%$'\n'*}" -lopenblas
}

# Sets missing (Debian's names) and link_flags.
packages_find() {
  local flag
  rm -rf "$repository/.build/pkgconfig" # other modules may be loaded than last time
  missing=() link_flags=()
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  packages_have_mpi || missing+=(libopenmpi-dev openmpi-bin)
  packages_have_openblas || missing+=(libopenblas-dev)
  cc -E -x c - <<<'#include <zlib.h>' &>/dev/null || missing+=(zlib1g-dev)
  for flag in $(pkg-config --libs-only-L ompi-c openblas 2>/dev/null); do
    [[ $flag == -L/usr/* ]] || link_flags+=(-Xlinker -rpath -Xlinker "${flag#-L}")
  done
}

packages_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  [[ $(id -u) == 0 ]] || apt=(sudo "${apt[@]}")
  if ! command -v apt-get >/dev/null || ! command -v "${apt[0]}" >/dev/null; then
    packages_stop "Missing to build and to start ranks, by Debian's names: $*." \
      'Load the modules of Open MPI and OpenBLAS (on a cluster), or install them with your package manager.'
    return
  fi
  echo "packages: missing to build and to start ranks: $*; installing them: ${apt[*]}" >&2
  # Output to stderr: stdout belongs to the script that asked.
  "${apt[@]}" update -qq >&2
  "${apt[@]}" install -y -qq --no-install-recommends "$@" >&2
}

# What a build does without and the program opens when it meets a picture; as in
# Sources/Pictures/Libraries/PictureLibrary.swift, and a test compares. Sets offered (Debian's names).
packages_offer() {
  local known
  offered=()
  known=$(PATH=$PATH:/sbin ldconfig -p 2>/dev/null) || return 0
  [[ $known == *libturbojpeg.so.0* ]] || offered+=(libturbojpeg0)
  [[ $known == *libpng16.so.16* ]] || offered+=(libpng16-16)
  ((${#offered[@]} == 0)) ||
    echo "packages: to train on folders of JPEG and PNG pictures: apt-get install ${offered[*]}" >&2
}

packages_main() {
  local repository missing
  repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  packages_need_swift || return
  packages_find
  ((${#missing[@]})) || return 0
  packages_install "${missing[@]}" || return 69
  packages_find
  ((${#missing[@]})) || return 0
  packages_stop "Still not found: ${missing[*]}." \
    "\`mpicc --showme\` and \`pkg-config --libs openblas\` must both answer."
}

packages_main || return
packages_offer
