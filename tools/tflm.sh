#!/bin/sh
# tflm.sh PROGRAM [BUILD]   Runs every case of the operators' tests in TensorFlow Lite Micro too, and when all are equal
# writes what it gave to tests/tflm.rows.  PROGRAM is built outside of this tree, from commit 90b983c2 of
# tensorflow/tflite-micro with -DNDEBUG and its reference kernels; `PROGRAM MODEL IN OUT` invokes MODEL as often as the
# file IN has inputs for, one tensor after the other, and writes all outputs to OUT.  BUILD: build/release, after make check
set -eu
program=$1; build=${2:-build/release}
rows=$(mktemp); trap 'rm -f "$rows"' EXIT
for test in tests/*/test_*.c; do
	grep -q tflm_is_equal "$test" || continue
	THIMBLE_TFLM=$program THIMBLE_ROWS=$rows "$build/${test%.c}" >"$rows.log" 2>&1 || { cat "$rows.log"; rm -f "$rows.log"; exit 1; }
	rm -f "$rows.log"
done
LC_ALL=C sort "$rows" >tests/tflm.rows
wc -l tests/tflm.rows
