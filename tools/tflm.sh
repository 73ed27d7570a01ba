#!/bin/sh
# tflm.sh PROGRAM [TEST]..   Runs every case of the operators' tests (or of those TESTs: test_conv) in TensorFlow Lite
# Micro too, and when all are equal writes what it gave to tests/tflm.rows.  PROGRAM is built outside of this tree, from
# commit 90b983c2 of tensorflow/tflite-micro with -DNDEBUG and its reference kernels; `PROGRAM MODEL IN OUT` invokes MODEL
# as often as the file IN has inputs for, one tensor after the other, and writes all outputs to OUT.  After make check.
set -eu
program=$1; shift
# shellcheck disable=SC2046  # a list of words
[ $# -gt 0 ] || set -- $(grep -l tflm_is_equal tests/*/test_*.c | sed 's/.*\///; s/\.c$//')
rows=$(mktemp); trap 'rm -f "$rows" "$rows.log"' EXIT
for test; do
	grep -v "^{\"$test\"," tests/tflm.rows >"$rows" || true
	run=$(echo build/release/tests/*/"$test")
	THIMBLE_TFLM=$program THIMBLE_ROWS=$rows "$run" >"$rows.log" 2>&1 || { cat "$rows.log"; exit 1; }
	LC_ALL=C sort "$rows" >tests/tflm.rows
done
wc -l tests/tflm.rows
