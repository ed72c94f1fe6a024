#!/usr/bin/env bash
# applications - durable applications a second over HTTP, the load on the same cores, beside what disk and SQLite allow.
#
#     bench/applications.sh [COUNT [CONNECTIONS [SECONDS [ROUNDS [shuffled]]]]]
#
# Each round is a store of its own: COUNT verified residents are made by the service's own commands, some of
# them apply through the writer alone (no HTTP: the limit of this machine, disk and SQLite), the others over
# HTTP, once each. `juncho verify` closes: its grants are those that wrk saw answered and the few that were under
# way at the end. They apply in the order in which they registered, as a crowd does within minutes, or `shuffled`
# over all of them, which is as bad as it gets. Where everybody has applied before SECONDS are over, it says so: the
# rate is a lower bound then. The disk's own limit, one block written and synced, stands above.
set -euo pipefail
cd "$(dirname "$0")/.."

count=${1:-250000}
connections=${2:-256}
seconds=${3:-5}
rounds=${4:-3}
order=${5:-registered}
alone=$((count / 5))
program=build/src/juncho
directory=$(mktemp -d ./build/bench-applications-XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$directory"
}
trap finish EXIT

start() {
    : >"$directory/out"
    "$program" serve --sandbox --listen 127.0.0.1:0 --store "$store" >"$directory/out" 2>"$directory/err" &
    server=$!
    for _ in $(seq 300); do
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

syncs_a_second() {
    dd if=/dev/zero of="$directory/block" bs=4096 count=500 oflag=dsync 2>&1 |
        awk '/copied/ { printf "%.0f", 500 / $(NF - 3) }'
}

# What the server says about itself after the load: the longest commit and the longest wait for a checkpoint.
stalls() {
    curl -s "$url/metrics" | awk '
        /^juncho_store_commit_seconds_max/ { commit = $2 }
        /^juncho_store_checkpoint_stall_seconds_max/ { stall = $2 }
        END { printf "         longest commit %.0f ms, longest wait for a checkpoint %.0f ms\n", commit * 1000, stall * 1000 }'
}

for round in $(seq "$rounds"); do
    store="sqlite:$directory/$round.db"
    echo "round $round  load average $(cut -d' ' -f1-3 /proc/loadavg), disk $(syncs_a_second) synced blocks a second"
    start
    stop
    build/bench/seed "$store" "$directory/$round.db.key" "$count" "$alone" \
        2>"$directory/alone" >"$directory/cookies"
    sed 's/^/         /' "$directory/alone"
    if [ "$order" = shuffled ]; then shuf -o "$directory/cookies" "$directory/cookies"; fi
    start
    wrk -t2 "-c$connections" "-d${seconds}s" -s bench/applications/apply.lua "$url" -- "$directory/cookies" 2 |
        sed -n 's/^RESULT /         over HTTP: /p'
    stalls
    stop
    # Every resident has one reservation, every grant one transfer more, and one funds the budget.
    "$program" verify --store "$store" | awk -v other=$((count + 1 + alone)) '
        { print "         " $0 ": " $(NF - 1) - other " grants over HTTP" }'
    rm -f "$directory/$round".*
done
