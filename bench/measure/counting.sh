#!/usr/bin/env bash
# counting - what counting costs a request: the instructions of traffic_record (requests by hour and status, latency by
# route) as a share of all instructions of the server, system calls not counted, by callgrind. A share of
# instructions does not depend on what else the machine does.
#
#     bench/measure/counting.sh [REQUESTS] [PATH]
set -euo pipefail
cd "$(dirname "$0")/../.."
requests=${1:-5000}
path=${2:-/}
here=$(mktemp -d)
server_pid=''
clean_up() {
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true
    wait
    rm -rf "$here"
}
trap clean_up EXIT

valgrind --tool=callgrind --callgrind-out-file="$here/callgrind" build/src/juncho serve --sandbox \
    --listen 127.0.0.1:0 --store "sqlite:$here/juncho.db" --set server.loops=1 \
    >"$here/out" 2>"$here/err" &
server_pid=$!
until grep -q '^listening on ' "$here/out"; do sleep 0.2; done
address=$(sed -n 's/^listening on //p' "$here/out")
# The same address many times over one connection: curl's globbing asks for each of them.
curl -sf "$address$path?n=[1-100]" >/dev/null
callgrind_control --zero "$server_pid" >/dev/null
curl -sf "$address$path?n=[1-$requests]" >/dev/null
callgrind_control --dump "$server_pid" >/dev/null
callgrind_annotate --inclusive=yes --threshold=100 "$here"/callgrind.1 >"$here/table" 2>/dev/null ||
    callgrind_annotate --inclusive=yes --threshold=100 "$here"/callgrind >"$here/table"
awk -v requests="$requests" -v path="$path" '
    { gsub(",", "", $1) }
    /PROGRAM TOTALS/ { total = $1 }
    /:traffic_record/ && counted == 0 { counted = $1 }
    END {
        if (!total || !counted) { print "nothing was measured" > "/dev/stderr"; exit 1 }
        printf "%d requests of %s: %.0f instructions each, %.0f of them for counting: %.2f %%\n",
               requests, path, total / requests, counted / requests, 100 * counted / total
    }' "$here/table"
