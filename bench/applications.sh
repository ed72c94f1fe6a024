#!/usr/bin/env bash
# applications - durable applications a second over HTTP, the load on the same cores: bench/applications.sh [COUNT [CONNECTIONS [SECONDS]]]
#
# COUNT verified residents are made by the service's own commands, then each applies once; `juncho verify` closes.
set -euo pipefail
cd "$(dirname "$0")/.."

count=${1:-120000}
connections=${2:-512}
seconds=${3:-10}
directory=$(mktemp -d ./build/bench-applications-XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$directory"
}
trap finish EXIT
store="sqlite:$directory/juncho.db"

start() {
    : >"$directory/out"
    build/src/juncho serve --sandbox --listen 127.0.0.1:0 --store "$store" >"$directory/out" 2>"$directory/err" &
    server=$!
    for _ in $(seq 100); do
        url=$(sed -n 's/^listening on //p' "$directory/out")
        [ -z "$url" ] || return 0
        sleep 0.1
    done
    echo "the server does not answer" >&2
    exit 1
}

stop() {
    kill "$server"
    wait "$server"
    server=
}

echo "load average $(cut -d' ' -f1-3 /proc/loadavg)"
start
stop
build/bench/seed "$store" "$directory/juncho.db.key" "$count" >"$directory/cookies"
start
wrk -t2 "-c$connections" "-d${seconds}s" -s bench/applications/apply.lua "$url" -- "$directory/cookies" 2 | grep RESULT
stop
build/src/juncho verify --store "$store"
