#!/usr/bin/env bash
# Holds Erlang A and Erlang C against the busy half-hours of a month of real calls.
# usage: bench/staffing/run.sh DATA_FOLDER [JUNCHO]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
log=${1:?folder with calls/}/calls/anonymous-bank-january-1999.txt.gz
juncho=${2:-$here/../../build/src/juncho}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
node "$here/january.mjs" "$log" >"$work/busy.csv" 2>"$work/fitted"
read -r handle patience <"$work/fitted"
common=(staff --csv "$work/busy.csv" --column offered --agents-column agents --handle-min "$handle" --redial 0)
"$juncho" "${common[@]}" --patience-min "$patience" >"$work/a.csv"
"$juncho" "${common[@]}" --patience-min inf >"$work/c.csv"
paste -d, "$work/busy.csv" <(cut -d, -f5 "$work/a.csv" | tr -d '\r') <(cut -d, -f7 "$work/c.csv" | tr -d '\r') |
    awk -F, -v handle="$handle" -v patience="$patience" 'NR > 1 {
        offered += $2; abandoned += $3; erlang_a += $2 * (1 - $5); slots++; full += $6 >= 1
    } END {
        printf "%d half-hours of 50 calls or more, %d calls; handling %.2f min, patience %.2f min (fitted)\n", slots,
            offered, handle, patience
        printf "hung up: %.2f %%; Erlang A says %.2f %% (%.2f points off)\n", 100 * abandoned / offered,
            100 * erlang_a / offered, 100 * (erlang_a - abandoned) / offered
        printf "Erlang C knows no hang-ups: 0 %% (%.2f points off), and in %d half-hours its queue grows without end\n",
            100 * abandoned / offered, full
    }'
