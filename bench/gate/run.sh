#!/usr/bin/env bash
# gate - the gate beside nginx and beside a counter in Redis, and what it promises about places: bench/gate/run.sh [PART...]
#
# Parts: document tickets join memory order pace; all of them without arguments. The Redis side needs the Debian
# packages redis-server and webdis; without them its rows are left out, in words.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$PWD/.tools/node/node_modules/.bin:$PATH:/usr/sbin:/sbin"
if [ -z "${JUNCHO_POSTGRES_URL:-}" ]; then exec script/with-postgres "$0" "$@"; fi
exec node bench/gate/run.mjs "$@"
