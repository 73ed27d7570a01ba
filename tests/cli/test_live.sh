#!/bin/sh
# From recordings by `thimble data record` alone to a model that hears and watches live: thimble run --live.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# ---- words: what is heard live is what `test --stream` hears in the file ----
k=$tmp/kw
run new "$k" --labels ja,nee
i=0
while [ $i -lt 12 ]; do
	for word in ja nee other; do
		case $word in ja) hz=500 ;; nee) hz=1400 ;; *) hz=2500 ;; esac
		wav "$tmp/in" hz=$((hz + 9 * i)) seed=$i
		feed data record "$k" --label $word --from - --seconds 1 --subject "s$((i % 6))"
	done
	i=$((i + 1))
done
wav "$tmp/in" seconds=12 hz=1 seed=99
feed data record "$k" --label silence --from - --seconds 12; exits "everything is recorded" 0
run train "$k" --preset tiny-conv --epochs 6; exits "it is enough to train with" 0
run quantize "$k"; exits "and to quantise" 0
run data stream --project "$k" --out "$tmp/stream.wav" --seconds 20; exits "a long recording" 0
run test "$k" --stream "$tmp/stream.wav" --json
tr '{' '\n' <"$tmp/out" | sed -n 's/^"time_s":\([0-9.]*\),"label":"\([a-z]*\)",.*/\1 \2/p' | awk '{ printf "%d %s\n", $1 * 1000 + 0.5, $2 }' >"$tmp/want"
cp "$tmp/stream.wav" "$tmp/in"
feed run "$k" --live - --json; exits "the same through a pipe" 0
sed 's/.*"time_ms":\([0-9]*\),"label":"\([a-z]*\)".*/\1 \2/' "$tmp/out" >"$tmp/have"
holds "something is heard" [ -s "$tmp/want" ]
holds "and it is the same" cmp "$tmp/want" "$tmp/have"
feed run "$k" --live - --seconds 0.5; exits "half a second of it" 0
run run "$k" --live - --in x; exits "live and tensors" 2 'leave out'
run run "$k" --json; exits "a switch of --live alone" 2 'belongs to --live'
run run "$k" --live serial:/dev/ttyNONE; exits "a port that is not there" 1 'ttyNONE'
run run "$tmp/nowhere" --live -; exits "no model" 1 'nowhere'

# ---- rows ----
s=$tmp/steps
steps_project "$s"
run train "$s" --epochs 15; exits "rows are enough to train with" 0
run quantize "$s"; exits "and to quantise" 0
{ swings 1 77 300; echo "what?"; swings 5 78 300; swings 1 79 300; } >"$tmp/in"
feed run "$s" --live - --json; exits "rows as they come" 0
holds "slow, fast, slow" [ "$(sed 's/.*"label":"\([a-z]*\)".*/\1/' "$tmp/out" | tr '\n' ' ')" = "slow fast slow " ]
{ echo time_ms,x,y; swings 1 77 600 1; swings 5 78 600 6001; swings 1 79 600 12001; } >"$tmp/in"
feed run "$s" --live -; exits "twice as many with times" 0
holds "are brought to the model's rate" [ "$(awk '{ print $3 }' "$tmp/out" | tr '\n' ' ')" = "slow fast slow " ]
# shellcheck disable=SC2016  # awk's own
holds "at the right moments" awk 'NR == 2 && ($1 < 6 || $1 > 7.5) { exit 1 }' "$tmp/out"
swings 1 77 300 | sed 's/$/,1/' >"$tmp/in"
feed run "$s" --live -; exits "a number too many" 1 'have 3 numbers.*watches 2'

# ---- a machine ----
m=$tmp/pump
run new "$m" --task anomaly
swings 1 5 4000 >"$tmp/in"; feed data record "$m" --label normal --from - --rate 50
swings 6 6 400 >"$tmp/in"; feed data record "$m" --label loose --from - --rate 50
run train "$m" --epochs 10; exits "a machine is learnt" 0
run quantize "$m"; exits "and quantised" 0
{ swings 1 5 600; swings 6 8 600 | awk -F, '{ print 4 * $1 "," 4 * $2 }'; swings 1 5 600; } >"$tmp/in"
feed run "$m" --live -; exits "it is watched" 0 'normal  \(0\.[0-9]+ of the limit'
# shellcheck disable=SC2016  # awk's own
holds "normal, strange from 12 s to 24 s, normal" awk 'NR == 1 && $3 != "normal" { exit 1 }
	$3 == "anomaly" && $1 > 12 && $1 < 24 { seen = 1 } { last = $3 } END { exit !(seen && last == "normal") }' "$tmp/out"
finish
