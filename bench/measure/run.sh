#!/usr/bin/env bash
# measure - imports an access log beside goaccess and wc, one core each, on the same file: lines a second of processor
# time, and memory. The file is made from counts by hour (two columns with a header: start, requests).
#
#     bench/measure/run.sh COUNTS.csv [LINES] [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
counts=${1:?usage: bench/measure/run.sh COUNTS.csv [LINES] [ROUNDS]}
lines=${2:-10000000}
rounds=${3:-3}
program=build/src/juncho
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

build/bench/make_log "$counts" "$lines" 1 >"$here/access.log"
gzip -1 -k "$here/access.log"
"$program" migrate --store "sqlite:$here/juncho.db" >/dev/null
echo "$(goaccess --version | head -1) $(wc -c <"$here/access.log") bytes, $lines lines"

# Runs a command on one core: "NAME lines a second of processor time, elapsed, MiB at most".
run() {
    local name=$1
    shift
    /usr/bin/time -o "$here/time" -f '%U %S %e %M' taskset -c 1 "$@" >"$here/out" 2>&1
    awk -v name="$name" -v lines="$lines" '{
        cpu = $1 + $2
        printf "%-14s %11.0f lines/s  %7.2f s of processor  %7.2f s elapsed  %7.1f MiB\n", name, lines / cpu, cpu, $3, $4 / 1024
    }' "$here/time"
}

for round in $(seq "$rounds"); do
    echo "round $round"
    run wc wc -l "$here/access.log"
    run juncho "$program" import access-log "$here/access.log" --dry-run
    run juncho-gzip "$program" import access-log "$here/access.log.gz" --dry-run
    rm -f "$here"/juncho.db*
    "$program" migrate --store "sqlite:$here/juncho.db" >/dev/null
    run juncho-store "$program" import access-log "$here/access.log" --store "sqlite:$here/juncho.db"
    [ "$round" -gt 1 ] || run goaccess goaccess "$here/access.log" --log-format=COMBINED --no-global-config -o "$here/out.json"
done
