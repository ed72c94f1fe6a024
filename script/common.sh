# common.sh - what every script shares: the root, the path to the tools, and how to speak.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# shellcheck disable=SC2034 # setup reads it
NODE_MAJOR_MIN=20

# A Node brought into the project goes before the system's, and so do the pinned npm programs.
if [ -x "$ROOT/.tools/node/node_modules/.bin/node" ]; then
    PATH="$ROOT/.tools/node/node_modules/.bin:$PATH"
fi
# Debian keeps haproxy and nginx where the path of ordinary people does not look.
PATH="$ROOT/node_modules/.bin:$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH

say() {
    printf '== %s\n' "$*" >&2
}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The whole number in front of `node --version`, 0 where there is none.
node_major() {
    local version
    version=$(node --version 2>/dev/null || true)
    version=${version#v}
    version=${version%%.*}
    echo "${version:-0}"
}

# configure DIRECTORY MESON-OPTION...: makes a build directory once; ninja looks after it from then on.
configure() {
    local directory=$1
    shift
    [ -f "$directory/build.ninja" ] || meson setup "$directory" "$@" >&2
}

# The build that looks for bugs while it runs: the other compiler, ASan and UBSan. Its tests need no web pages, and
# what is optimised further takes longer to compile than it saves.
configure_sanitize() {
    CC=clang configure "$1" -Db_sanitize=address,undefined -Db_lundef=false -Ddebug=true -Doptimization=1 -Dweb=disabled
}

configure_threads() {
    CC=clang configure "$1" -Db_sanitize=thread -Db_lundef=false -Dbuildtype=debugoptimized -Dweb=disabled
}

# Builds what is served: the program, with the web pages inside it (web/meson.build).
# Everything, or only the targets that are named.
build_release() {
    configure "$1"
    ninja -C "$@" >&2
}
