#!/bin/sh
# run.sh NAME   Runs tests/web/NAME.spec.mjs in Chromium against a real `thimble serve` ($THIMBLE).  Skipped where the
# browser, node or the program's pages are missing.
cd "$(dirname "$0")/../.." || exit 1
THIMBLE=${THIMBLE:-$PWD/build/thimble}
skip() { echo "1..0 # SKIP $1 (./run setup && make)"; exit 77; }
command -v node >/dev/null 2>&1 || skip "no node here"
command -v chromium >/dev/null 2>&1 || skip "no chromium here"
[ -d web/node_modules/playwright-core ] || skip "web/node_modules has no playwright-core"
export THIMBLE
exec node "tests/web/$1.spec.mjs"
