#!/bin/sh
# soak.sh [MINUTES]   Kills training, quantisation and import at random moments and spoils models at random places, again
# and again for MINUTES (10). Ends with what it did; a failure is kept in build/soak-failed.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
end=$(($(date +%s) + 60 * ${1:-10})) round=0 p=$tmp/p
random() { awk -v seed="$round$1" -v n="$2" 'BEGIN { srand(seed); print int(rand() * n) }'; }
die() { rm -rf build/soak-failed && cp -a "$tmp" build/soak-failed; echo "soak: round $round: $1; kept in build/soak-failed"; exit 1; }
killed() { # killed WORDS..: thimble WORDS.., killed within a second
	"$thimble" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null & pid=$!
	sleep "0.$(printf %03d "$(random 1 1000)")"; kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
}
must() { run "$@"; [ $rc -eq 0 ] || die "thimble $*: $(cat "$tmp/err")"; }

tone_clips "$tmp/clips"
must new "$p" --task keyword --labels "$word_a,$word_b"
must data import "$tmp/clips" --project "$p"
must train "$p" --preset tiny-conv --epochs 3
must quantize "$p"
while [ "$(date +%s)" -lt $end ]; do
	round=$((round + 1))
	killed data import "$tmp/clips" --project "$p"
	must data import "$tmp/clips" --project "$p"
	killed train "$p" --preset tiny-conv --epochs 40 --seed "$round"
	must train "$p" --preset tiny-conv --epochs 40 --seed "$round" --resume
	killed quantize "$p"
	must inspect "$p/model/float.tflite"
	must quantize "$p"
	cp "$p/model/int8.tflite" "$tmp/dirty.tflite"
	n=$(wc -c <"$tmp/dirty.tflite")
	for i in 1 2 3 4 5 6 7 8; do
		dd if=/dev/urandom of="$tmp/dirty.tflite" bs=1 count=2 seek="$(random $i "$n")" conv=notrunc 2>/dev/null
	done
	run inspect "$tmp/dirty.tflite"; [ $rc -le 1 ] || die "inspect of a spoilt model ended with $rc"
done
echo "soak: $round rounds, nothing lost"
