#!/bin/sh
# bench-wasm.sh [MODEL.tflite..]   Generated C as WebAssembly in node: plain kernels and those of the family simd128, both at
# -O2, milliseconds of processor time of one inference, the least of many rounds.  Without models: those of ../shared/models that can be deployed.
# CSV: model,plain,plain that clang may vectorise,simd128,plain / simd128,better plain / simd128
# Before it counts, each module's own test has given the host's bytes.
cd "$(dirname "$0")/.." || exit 1
thimble=${THIMBLE:-build/thimble}
for program in clang wasm-ld node; do
	command -v $program >/dev/null || { echo "SKIPPED: $program is not here"; exit 0; }
done
[ -x "$thimble" ] || { echo "bench-wasm.sh: no $thimble. Run: make"; exit 1; }
[ $# -gt 0 ] || set -- "${THIMBLE_SHARED:-../shared}"/models/*.tflite
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

cat >"$tmp/test.js" <<'END'
WebAssembly.instantiate(require('fs').readFileSync(process.argv[2]), {}).then(w => process.exit(w.instance.exports.selftest()));
END
echo "model,plain,plain vectorised by clang,simd128,times plain,times the better plain"
for model; do
	name=$(basename "$model" .tflite)
	rm -rf "$tmp/plain" "$tmp/fast"
	"$thimble" deploy "$model" --isa plain --as c --out "$tmp/plain" >/dev/null 2>&1 || continue
	"$thimble" deploy "$model" --isa simd128 --as c --out "$tmp/fast" >/dev/null || exit
	tools/wasm.sh "$tmp/plain" "$tmp/plain.wasm" && tools/wasm.sh "$tmp/plain" "$tmp/clang.wasm" -msimd128 &&
		tools/wasm.sh "$tmp/fast" "$tmp/fast.wasm" -msimd128 || exit
	for way in plain clang fast; do
		node "$tmp/test.js" "$tmp/$way.wasm" || { echo "bench-wasm.sh: $name: $way gives other bytes than the host"; exit 1; }
	done
	# shellcheck disable=SC2046 # three numbers
	set -- $(node tools/wasm/bench.js "$tmp/plain.wasm" "$tmp/clang.wasm" "$tmp/fast.wasm")
	[ $# -eq 3 ] || exit 1
	awk -v OFS=, -v n="$name" -v p="$1" -v c="$2" -v f="$3" 'BEGIN {
		printf "%s,%.4f,%.4f,%.4f,%.1f,%.1f\n", n, p, c, f, p / f, (c < p ? c : p) / f }'
done
