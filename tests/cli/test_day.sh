#!/bin/sh
# Hours of sound and rows: memory that does not grow, nothing that drifts, and the emulated board does the same.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# A sanitizer keeps what was freed, up to 256 MB of it: that is not memory of the program.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"

figure() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/" "$tmp/out"; } # figure NAME: its last value in what was printed

tone_clips "$tmp/clips"
p=$tmp/words
run new "$p" --labels "$word_a,$word_b"
run data import "$tmp/clips" --project "$p"
run train "$p" --preset tiny-conv --epochs 6; exits "two words" 0
run quantize "$p"
run test "$p" --soak 0.04 --json; exits "two minutes" 0 '"seconds":120\.0'
few=$(figure memory_peak_mb)
run test "$p" --soak 1 --json; exits "an hour" 0 '"repeat":\{"seconds":1800\.0,"windows":[1-9][0-9]*,"differ":0\}'
many=$(figure memory_peak_mb)
holds "in the same memory" awk "BEGIN { exit !($few > 1 && $many < $few + 4) }"
words=$(sed 's/.*"words":\([0-9]*\),"hits":\([0-9]*\),"misses":\([0-9]*\).*/\1 \2 \3/' "$tmp/out")
# shellcheck disable=SC2086
set -- $words
holds "hundreds of words, each heard or missed" [ "$1" -gt 300 ] && holds "and most are heard" [ $((2 * $2)) -gt "$1" ]
holds "that is all" [ $(($2 + $3)) -eq "$1" ]
cp "$tmp/out" "$tmp/once"
run test "$p" --soak 1 --json
holds "again the same" [ "$(sed 's/,"memory_peak.*//' "$tmp/out")" = "$(sed 's/,"memory_peak.*//' "$tmp/once")" ]
run test "$p" --soak 0.2 --seed 7; exits "another seed, for people" 0 ' 0 of them heard otherwise'
run test "$p" --soak 1 --on nano33ble; exits "no board" 2 'emulate --feed'
run test "$p" --seed 3; exits "a seed for nothing" 2 '--soak'
run test "$p/model/int8.tflite" --soak 1; exits "a model alone has no clips" 2 'name a project'

# ---- the board ----
if ! command -v qemu-system-arm >/dev/null || ! command -v arm-none-eabi-gcc >/dev/null; then
	skip "minutes on the board" "no qemu-system-arm or arm-none-eabi-gcc"
	finish
fi
run data stream --project "$p" --seconds 180 --out "$tmp/stream.wav"
run emulate "$p" --feed "$tmp/stream.wav" --json; exits "three minutes on the board" 0 '"host_equal":true'
s=$tmp/steps
swing() { # swing HZ SEED N: two axes, 50 rows a second
	LC_ALL=C awk -v hz="$1" -v seed="$2" -v n="$3" 'BEGIN { srand(seed); p = rand() * 6
		for (t = 0; t < n; t++) printf "%.4f,%.4f\n", sin(6.2832 * hz * t / 50 + p), 0.2 * (rand() - 0.5) }'
}
run new "$s" --task activity
i=1
while [ $i -le 6 ]; do
	for hz in 1 5; do
		swing $hz $i 250 >"$tmp/in"
		"$thimble" data record "$s" --label "hz$hz" --from - --rate 50 --subject "s$i" <"$tmp/in" >/dev/null 2>&1
	done
	i=$((i + 1))
done
run train "$s" --epochs 15; exits "two ways to swing" 0
run quantize "$s"
{ echo x,y; i=0; while [ $i -lt 60 ]; do swing $((i % 2 * 4 + 1)) $i 3000; i=$((i + 1)); done; } >"$tmp/hour.csv"
run emulate "$s" --feed "$tmp/hour.csv" --json; exits "an hour of rows on the board" 0 '"host_equal":true'
holds "all of it" grep -q '"seconds":3600\.0' "$tmp/out"
holds "minute by minute" [ "$(grep -c '"time_ms"' "$tmp/out")" -ge 60 ]
finish
