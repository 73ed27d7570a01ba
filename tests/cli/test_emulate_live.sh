#!/bin/sh
# thimble emulate --live: sound, rows and frames over standard input, and what the emulated board says meanwhile.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

for program in arm-none-eabi-gcc qemu-system-arm; do
	command -v $program >/dev/null || { skip "the emulated board" "$program is not here"; finish; }
done

detections() { sed -n 's/.*"time_ms":\([0-9]*\),"label":"\([^"]*\)","score":\([0-9.]*\).*/\1 \2 \3/p'; }

# ---- words ----
tone_clips "$tmp/clips" 12
k=$tmp/kw
run new "$k" --labels "$word_a,$word_b"
run data import "$tmp/clips" --project "$k"
run train "$k" --preset tiny-conv --epochs 6; exits "a network for words" 0
run quantize "$k"; exits "in integers" 0
run data stream --project "$k" --out "$tmp/stream.wav" --seconds 20; exits "a long recording" 0
run emulate "$k" --feed "$tmp/stream.wav" --json; exits "replayed to the board" 0 '"host_equal":true'
grep '^{"time_ms"' "$tmp/out" | detections >"$tmp/want"
holds "something is heard" [ -s "$tmp/want" ]
tail -c +45 "$tmp/stream.wav" >"$tmp/in"
feed emulate "$k" --live; exits "the same live" 0 '"host_equal":true'
grep '^{"detect"' "$tmp/out" | detections >"$tmp/have"
holds "and the same is heard" cmp "$tmp/want" "$tmp/have"
holds "the board comes first" sh -c "head -n 1 '$tmp/out' | grep -q '^{\"board\":{\"name\":\"nano33ble\".*\"kind\":\"sound\",\"rate_hz\":16000'"
holds "the end comes last" sh -c "tail -n 1 '$tmp/out' | grep -q '^{\"end\":{\"time_ms\":[0-9]*,\"inferences\":[1-9]'"
holds "the light goes on with a word" grep -q '^{"led":255' "$tmp/out"
holds "the console is shown" grep -q '^{"serial":"detect ' "$tmp/out"
holds "inferences say what they took" grep -q '^{"run":{"time_ms":[0-9]*,"instructions":[1-9][0-9]*,"features_instructions":[1-9]' "$tmp/out"
# shellcheck disable=SC2317 # called by holds
parts() { sed -n "s/.*\"name\":\"$1\",\"at\":[0-9]*,\"bytes\":[0-9]*,\"used\":\([0-9]*\),\"parts\":\[\([^]]*\)\].*/\1 \2/p" "$tmp/out" |
	tr -c '0-9\n' ' ' | awk '{ s = 0; for (i = 2; i <= NF; i++) s += $i; exit s != $1 }'; }
holds "the parts of flash are all of it" parts flash
holds "and those of RAM" parts ram

# ---- at once: the input stays open while it is looked at ----
mkfifo "$tmp/pipe"
"$thimble" emulate "$k" --live <"$tmp/pipe" >"$tmp/out" 2>"$tmp/err" &
board=$!
exec 3>"$tmp/pipe"
# shellcheck disable=SC2317 # called by holds
waits() { # waits TENTHS PATTERN: until the output has it
	n=0
	while ! grep -qE "$2" "$tmp/out" && [ "$n" -lt "$1" ]; do sleep 0.1; n=$((n + 1)); done
	grep -qE "$2" "$tmp/out"
}
holds "the board is there" waits 3000 '^{"board"'
head -c 96000 "$tmp/in" >&3
holds "three seconds were heard before more comes" waits 100 '"time_ms":29[0-9][0-9],'
holds "it is not behind" sh -c "grep '\"time_ms\":29' '$tmp/out' | sed 's/.*\"behind_ms\":\([0-9]*\).*/\1/' | awk '\$1 > 250 { exit 1 }'"
kill -INT $board
wait $board; rc=$?
exits "Ctrl-C ends it well" 0 '^{"end"'
exec 3>&-
: >"$tmp/in"
feed emulate "$k" --live; exits "nothing comes" 0 '"inferences":0,.*"host_equal":true'
printf 'x' >"$tmp/in"
feed emulate "$k" --live; exits "half a sample" 0 '"inferences":0'

# ---- rows ----
s=$tmp/steps
steps_project "$s"
run train "$s" --epochs 15; exits "a network for rows" 0
run quantize "$s"; exits "in integers" 0
{ swings 1 77 300; echo "what?"; swings 5 78 300; swings 1 79 300; } >"$tmp/in"
feed emulate "$s" --live; exits "rows as they come" 0 '"host_equal":true,"lines_left_out":1'
holds "slow, fast, slow" [ "$(sed -n 's/^{"detect".*"label":"\([a-z]*\)".*/\1/p' "$tmp/out" | tr '\n' ' ')" = "slow fast slow " ]
holds "of two axes" grep -q '"kind":"rows","rate_hz":50.0,"axes":2' "$tmp/out"

# ---- frames ----
p=$tmp/eye
run new "$p" --task image --labels person,no_person --preset resnet-8
sed 's/^size = .*/size = 8x8/; s/^colour = .*/colour = grey/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run data synth --project "$p" --count 30; exits "pictures" 0
run train "$p" --epochs 2; exits "a network for pictures" 0
run quantize "$p"; exits "in integers" 0
{ head -c 38400 /dev/zero; head -c 38400 /dev/zero | tr '\000' '\377'; } >"$tmp/in"
feed emulate "$p" --live; exits "two frames" 0 '"inferences":2,.*"host_equal":true'
holds "of so many bytes" grep -q '"kind":"frames","width":160,"height":120,"bytes":38400' "$tmp/out"

# ---- what is wrong ----
run emulate "$k" --live --clips; exits "live and clips" 2 'leave --feed'
run emulate "$tmp/nowhere" --live; exits "no model" 1 'nowhere'
finish
