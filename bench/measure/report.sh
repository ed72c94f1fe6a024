#!/usr/bin/env bash
# report - the report for a year of hourly data and a million residents: bench/measure/report.sh [SCALE]
#
# A year is simulated by plans/tokyo-2025.ini (SCALE of its 1,127,256 residents, default 1), then the report is
# written three times; the best counts. Aim: under 2 s and 200 MiB.
set -euo pipefail
cd "$(dirname "$0")/../.."

scale=${1:-1}
directory=$(mktemp -d ./build/bench-report-XXXXXX)
trap 'rm -rf "$directory"' EXIT
store="sqlite:$directory/year.db"

echo "load average $(cut -d' ' -f1-3 /proc/loadavg)"
build/src/juncho simulate plans/tokyo-2025.ini --days 365 --scale "$scale" --store "$store"
build/src/juncho verify --store "$store"
for _ in 1 2 3; do
    /usr/bin/time -f 'report: %e s elapsed, %U s user, %S s system, %M KiB' \
        build/src/juncho report --store "$store" --out "$directory/report" >/dev/null
done
