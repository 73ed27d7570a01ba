#!/bin/sh
# run.sh NAME [WORD..]   Runs the tests of tests/web/NAME.spec.mjs (those whose names have a word) in Chromium against a
# real `thimble serve` ($THIMBLE).  Skipped where the browser or node is missing.
cd "$(dirname "$0")/../.." || exit 1
THIMBLE=${THIMBLE:-$PWD/build/thimble}
skip() { echo "1..0 # SKIP $1 (./run setup && make)"; exit 77; }
case ${TEST_SANITIZED-}$1 in 1fuzz | 1api | [!1]*) ;; *) skip "pages are tested without sanitizers" ;; esac
command -v node >/dev/null 2>&1 || skip "no node here"
command -v chromium >/dev/null 2>&1 || skip "no chromium here"
[ -d web/node_modules/playwright-core ] || skip "web/node_modules has no playwright-core"
export THIMBLE
name=$1
shift
exec node "tests/web/$name.spec.mjs" "$@"
