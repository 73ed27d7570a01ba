#!/bin/sh
# compare-tfjs.sh PACKAGE_DIR [MODEL.tflite..]   Our kernels beside npm's TFLite in WASM on this machine, milliseconds of
# one run, the least of many; both with one and two threads.  Skips when the package is not there:
#   mkdir /tmp/tfjs && cd /tmp/tfjs && npm install @tensorflow/tfjs-tflite
# Needs node and build/o2/bench/bench_kernels (make MODE=o2 build/o2/bench/bench_kernels).
cd "$(dirname "$0")/.." || exit 1
package=${1:-/tmp/tfjs/node_modules/@tensorflow/tfjs-tflite}
[ $# -gt 0 ] && shift
[ -d "$package/wasm" ] || { echo "SKIPPED: $package is not here (npm install @tensorflow/tfjs-tflite)"; exit 0; }
command -v node >/dev/null || { echo "SKIPPED: node is not here"; exit 0; }
bench=build/o2/bench/bench_kernels
[ -x $bench ] || { echo "compare-tfjs.sh: no $bench. Run: make MODE=o2 $bench"; exit 1; }
[ $# -gt 0 ] || set -- "${THIMBLE_SHARED:-../shared}"/models/*.tflite
echo "model,ours 1 thread,ours 2 threads,tfjs 1 thread,tfjs 2 threads,tfjs best / ours best"
for model; do
	ours=$($bench "$model" 2>/dev/null) || continue
	[ "$ours" ] || continue
	one=$(echo "$ours" | awk -F, '$4 == 1 && (m == "" || $5 < m) { m = $5 } END { print m }')
	two=$(echo "$ours" | awk -F, '$4 == 2 { print $5 }')
	a=$(node tools/tfjs.js "$package" 1 "$model" 2>/dev/null | awk -F, '{ print $3 }')
	b=$(node tools/tfjs.js "$package" 2 "$model" 2>/dev/null | awk -F, '{ print $3 }')
	echo "$(basename "$model"),$one,$two,${a:--},${b:--}" | awk -F, -v OFS=, '{
		ours = $3 < $2 ? $3 : $2; theirs = $4 == "-" || ($5 != "-" && $5 + 0 < $4 + 0) ? $5 : $4
		print $0, theirs == "-" || theirs != theirs + 0 ? "it cannot run it" : sprintf("%.1f", theirs / ours) }'
done
