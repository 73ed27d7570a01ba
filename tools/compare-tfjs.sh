#!/bin/sh
# compare-tfjs.sh PACKAGE_DIR [MODEL.tflite..]   Our kernels beside npm's TFLite in WASM on this machine, milliseconds of
# one run, the least of many; both with one and two threads.  Skips when the package is not there:
#   mkdir /tmp/tfjs && cd /tmp/tfjs && npm install @tensorflow/tfjs-tflite
# Needs node and build/o2/thimble (make MODE=o2).
cd "$(dirname "$0")/.." || exit 1
package=${1:-/tmp/tfjs/node_modules/@tensorflow/tfjs-tflite}
[ $# -gt 0 ] && shift
[ -d "$package/wasm" ] || { echo "SKIPPED: $package is not here (npm install @tensorflow/tfjs-tflite)"; exit 0; }
command -v node >/dev/null || { echo "SKIPPED: node is not here"; exit 0; }
thimble=build/o2/thimble
[ -x $thimble ] || { echo "compare-tfjs.sh: no $thimble. Run: make MODE=o2"; exit 1; }
[ $# -gt 0 ] || set -- "${THIMBLE_SHARED:-../shared}"/models/*.tflite
echo "model,ours 1 thread,ours 2 threads,tfjs 1 thread,tfjs 2 threads,tfjs best / ours best"
for model; do
	ours=$($thimble bench "$model" --host --families --threads 2 --json 2>/dev/null | tr '{' '\n' |
		sed -n 's/.*"threads":\([0-9]*\),"ms":\([0-9.e-]*\).*/\1,\2/p') || continue
	[ "$ours" ] || continue
	one=$(echo "$ours" | awk -F, '$1 == 1 && (m == "" || $2 + 0 < m + 0) { m = $2 } END { print m }')
	two=$(echo "$ours" | awk -F, '$1 == 2 { print $2 }')
	a=$(node tools/tfjs.js "$package" 1 "$model" 2>/dev/null | awk -F, '{ print $3 }')
	b=$(node tools/tfjs.js "$package" 2 "$model" 2>/dev/null | awk -F, '{ print $3 }')
	echo "$(basename "$model"),$one,$two,${a:--},${b:--}" | awk -F, -v OFS=, '{
		ours = $3 < $2 ? $3 : $2; theirs = $4 == "-" || ($5 != "-" && $5 + 0 < $4 + 0) ? $5 : $4
		print $0, theirs == "-" || theirs != theirs + 0 ? "it cannot run it" : sprintf("%.1f", theirs / ours) }'
done
