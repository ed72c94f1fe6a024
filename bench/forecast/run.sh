#!/usr/bin/env bash
# Scores the forecast on real series beside two plain methods and, where R has them, its packages forecast and
# prophet, all from the same origins; the last column is the processor time of the longest fit.
# usage: bench/forecast/run.sh DATA_FOLDER [JUNCHO]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=${1:?folder with arrivals/ and calls/}
juncho=${2:-$here/../../build/src/juncho}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
uk=$data/arrivals/uk-register-to-vote/Register_To_Vote_applications_breakdown_01_04_2024_to_18_06_2024.csv
awk -F, 'NR == 1 || $1 < "1998-06-29"' "$data/arrivals/worldcup98-hourly.csv" >"$work/worldcup.csv"

rivals() {
    if command -v Rscript >/dev/null && Rscript -e 'library(forecast); library(prophet)' >/dev/null 2>&1; then
        TZ=UTC timeout 900 Rscript "$here/rivals.R" "$@" || echo "R gave up"
    else
        echo "R's packages forecast and prophet are not here: skipped"
    fi
}

echo "== World Cup, hourly, 15-28 June 1998"
"$juncho" forecast --backtest --csv "$work/worldcup.csv" --map start=hour_utc,count=requests --zone UTC \
    --holidays none --occasions "$here/worldcup.ini"
rivals "$work/worldcup.csv" hour_utc requests 60 14 7
echo "== NASA, hourly, 18-31 August 1995"
"$juncho" forecast --backtest --csv "$data/arrivals/nasa-1995-hourly.csv" \
    --map start=hour_local_minus0400,count=requests --zone UTC --holidays none
rivals "$data/arrivals/nasa-1995-hourly.csv" hour_local_minus0400 requests 60 14 7
echo "== Register to vote, daily, 5-18 June 2024 (the deadline)"
"$juncho" forecast --backtest --horizon-days 14 --csv "$uk" --map start=Date,count=Online --holidays none \
    --occasions "$here/uk.ini"
rivals "$uk" Date Online 1440 14 14
echo "== Calls by half-hour, 25-31 January 1999"
"$juncho" forecast --backtest --test-days 7 --csv "$data/calls/anonymous-bank-january-1999-30min.csv" \
    --map start=start_local,count=offered --holidays none --gaps-are-zero
rivals "$data/calls/anonymous-bank-january-1999-30min.csv" start_local offered 30 7 7 gaps-are-zero
echo "== A year of hours, made up: processor time of the fit, the look back and a week's forecast"
awk 'BEGIN { srand(1); print "start,count"; level = log(800)
    for (day = 0; day < 365; day++) {
        level += (rand() - 0.5) * 0.1; shock = (rand() - 0.5) * 0.25
        for (hour = 0; hour < 24; hour++) {
            mean = exp(level + shock + 0.9 * sin((hour - 14) / 24 * 6.2831853) - (day % 7 > 4 ? 0.3 : 0))
            printf "%s:00,%d\n", strftime("%Y-%m-%dT%H", day * 86400 + hour * 3600, 1), mean * (0.8 + 0.4 * rand())
        }
    } }' >"$work/year.csv"
TIMEFORMAT='%U s'
time "$juncho" forecast --csv "$work/year.csv" --zone UTC --holidays none --horizon-days 7 >/dev/null
