#!/usr/bin/env bash
# http - answers a second and processor time a request beside nginx, one core each; memory idle and with 10,000
# connections. Rounds alternate, so that whatever else the machine does meets both.
#
#     bench/http.sh [ROUNDS] [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
seconds=${2:-3}
program=build/src/juncho
here=$(mktemp -d)
chmod 711 "$here" # the worker of nginx is another user when this runs as root
nginx_pid='' juncho_pid=''
clean_up() {
    [ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null || true
    [ -z "$juncho_pid" ] || kill "$juncho_pid" 2>/dev/null || true
    wait
    rm -rf "$here"
}
trap clean_up EXIT

free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# The same work: a three-byte text, and the app's page with its gzip form made beforehand.
start_nginx() {
    nginx_port=$(free_port)
    node web/build.mjs --out "$here/pages" >/dev/null
    cat >"$here/nginx.conf" <<EOF
worker_processes 1; daemon off; pid $here/nginx.pid; error_log $here/error.log; worker_rlimit_nofile 12000;
events { worker_connections 11000; }
http {
    access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; gzip_static on;
    open_file_cache max=100; include /etc/nginx/mime.types;
    server {
        listen 127.0.0.1:$nginx_port backlog=4096;
        location = /healthz { default_type text/plain; return 200 "ok\n"; }
        location / { root $here/pages; }
    }
}
EOF
    taskset -c 0 nginx -c "$here/nginx.conf" &
    nginx_pid=$!
    until curl -sf "http://127.0.0.1:$nginx_port/healthz" >/dev/null; do sleep 0.05; done
    nginx_worker=$(pgrep -P "$nginx_pid" | head -1)
}

start_juncho() {
    taskset -c 0 "$program" serve --sandbox --listen 127.0.0.1:0 --store "sqlite:$here/juncho.db" \
        >"$here/juncho.out" 2>"$here/juncho.err" &
    juncho_pid=$!
    until grep -q '^listening on ' "$here/juncho.out"; do sleep 0.05; done
    juncho_port=$(sed -n 's/^listening on .*://p' "$here/juncho.out")
}

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
resident_mib() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

# One run of wrk: "requests/s microseconds-of-processor-a-request".
run() {
    local pid=$1 url=$2 before after
    before=$(ticks "$pid")
    taskset -c 1 wrk -t 1 -c 64 -d "${seconds}s" -H 'Accept-Encoding: gzip' "$url" >"$here/wrk.out"
    after=$(ticks "$pid")
    awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" '
        /requests in/ { n = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $0 }
        END { if (bad) { print bad > "/dev/stderr"; exit 1 } printf "%.0f %.2f\n", rate, ticks * 1e6 / hz / n }' \
        "$here/wrk.out"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

compare() {
    local name=$1 path=$2 round
    : >"$here/juncho.runs" && : >"$here/nginx.runs"
    for round in $(seq "$rounds"); do
        run "$juncho_pid" "http://127.0.0.1:$juncho_port$path" >>"$here/juncho.runs"
        run "$nginx_worker" "http://127.0.0.1:$nginx_port$path" >>"$here/nginx.runs"
        paste -d ' ' "$here/juncho.runs" "$here/nginx.runs" | tail -1 | awk -v name="$name" -v round="$round" '
            { printf "%-8s round %d  juncho %7d/s %6.2f us   nginx %7d/s %6.2f us\n", name, round, $1, $2, $3, $4 }'
    done
    paste -d ' ' "$here/juncho.runs" "$here/nginx.runs" >"$here/pairs"
    awk -v name="$name" -v rate="$(awk '{ print $1 / $3 }' "$here/pairs" | median)" \
        -v time="$(awk '{ print $4 / $2 }' "$here/pairs" | median)" 'BEGIN {
            printf "%-8s medians of the rounds  answers a second juncho/nginx %.2f", name, rate
            printf ", processor time a request nginx/juncho %.2f\n", time }'
}

start_nginx
start_juncho
curl -sf "http://127.0.0.1:$juncho_port/healthz" >/dev/null
echo "load average $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "memory   at start                       juncho $(resident_mib "$juncho_pid") MiB"
before=$(resident_mib "$juncho_pid")
node bench/http/idle.mjs "$juncho_port" 10000 >"$here/idle.out" &
idle_pid=$!
until grep -q ready "$here/idle.out" || ! kill -0 "$idle_pid" 2>/dev/null; do sleep 0.1; done
grep ready "$here/idle.out" >/dev/null || { echo "the idle connections could not be made" >&2; exit 1; }
after=$(resident_mib "$juncho_pid")
kill "$idle_pid"
awk -v a="$after" -v b="$before" 'BEGIN {
    printf "memory   10,000 idle connections added  juncho %.1f MiB\n", a - b }'
compare healthz /healthz
compare static /index.html
