#!/bin/sh
# cross.sh [FILTER..]   Builds the whole program and its tests for a 64-bit Raspberry Pi, and runs tests in qemu, which
# translates one process at a time: once as a processor that has the dot product, once as one that has not (CPUS=, by
# qemu's names).  Without filters: the tests of kernels, models and training, and `thimble run`.
# The last line is "N passed, N failed"; exit code 77 when the tools are not here.
cd "$(dirname "$0")/.." || exit 1
cross=aarch64-linux-gnu
B=build/$cross

for tool in $cross-gcc $cross-pkg-config qemu-aarch64; do
	command -v "$tool" >/dev/null 2>&1 || { echo "SKIPPED: no $tool here (./run setup --cross)"; exit 77; }
done
for library in sndfile samplerate jansson inih sqlite3 libsodium libpng libjpeg zlib libarchive libcbor alsa libmicrohttpd gnutls libqrencode cmocka; do
	$cross-pkg-config --exists $library || { echo "SKIPPED: no $library for $cross here (./run setup --cross)"; exit 77; }
done
[ $# -gt 0 ] || set -- $B/tests/nn/ $B/tests/model/ $B/tests/train/ tests/cli/test_run.sh

programs=
for test in tests/*/test_*.c; do
	program=$B/${test%.c}
	for filter; do
		case $program in *"$filter"*) programs="$programs $program" ;; esac
	done
done
# shellcheck disable=SC2086 # a list of words
make --no-print-directory CROSS=$cross $B/thimble $programs || exit 1

rc=0
for cpu in ${CPUS:-max cortex-a53}; do
	echo "qemu-aarch64 -cpu $cpu"
	TEST_RUN="qemu-aarch64 -cpu $cpu" TEST_SECONDS=1800 tools/run-tests.sh $B "$@" || rc=1
done
exit $rc
