#!/bin/sh
# thimble train --from BACKBONE --shots N: new words from few clips.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# differ A B: the bytes in which two files of one length differ
differ() { cmp -l "$1" "$2" | wc -l; }

tone_clips "$tmp/clips" 16
run new "$tmp/back" --task keyword --labels "$word_a,$word_b"
run data import "$tmp/clips" --project "$tmp/back"; exits "clips of the backbone" 0
run train "$tmp/back" --epochs "$(shorter 4 1)"; exits "the backbone" 0

# another word: what was "other" to the backbone
mkdir "$tmp/new"
cp -r "$tmp/clips/other" "$tmp/new/neu"
cp -r "$tmp/clips/$word_a" "$tmp/new/unknown"
run new "$tmp/p" --task keyword --labels neu
run data import "$tmp/new" --project "$tmp/p"; exits "clips of the new word" 0

run train "$tmp/p" --shots 3; exits "shots without a backbone" 2 '--from'
run train "$tmp/p" --from "$tmp/nowhere.tflite"; exits "a backbone that is not there" 1 'nowhere.tflite'
run train "$tmp/p" --from "$tmp/back" --preset ds-cnn; exits "a backbone and a preset" 2 '--preset'
run train "$tmp/p" --from "$tmp/back" --shots 900; exits "more clips than there are" 1 'training clips of "neu"'
run train "$tmp/back" --data "$tmp/clips" --from "$tmp/back"; exits "a backbone for pictures" 2 '--from'
sed 's/^clip_ms = .*/clip_ms = 800/' "$tmp/p/thimble.ini" >"$tmp/ini"
mkdir "$tmp/slow" && cp "$tmp/ini" "$tmp/slow/thimble.ini"
run train "$tmp/slow" --from "$tmp/back"; exits "clips of another length" 2 'clip_ms = 1000'

run train "$tmp/p" --from "$tmp/back" --shots 3 --epochs "$(shorter 12 2)"; exits "three clips" 0
cp "$tmp/p/model/float.tflite" "$tmp/first.tflite"
run train "$tmp/p" --from "$tmp/back/model/float.tflite" --shots 3 --epochs "$(shorter 12 2)"; exits "from the file" 0
holds "gives the same bytes" cmp "$tmp/first.tflite" "$tmp/p/model/float.tflite"
run train "$tmp/p" --from "$tmp/back" --shots 3 --epochs "$(shorter 12 2)" --seed 2; exits "another draw" 0
changed=$(differ "$tmp/first.tflite" "$tmp/p/model/float.tflite")
all=$(wc -c <"$tmp/first.tflite")
holds "changes the last layer ($changed bytes)" [ "$changed" -gt 100 ]
holds "and none of the frozen ones ($all bytes)" [ $((changed * 8)) -lt "$all" ]
cp "$tmp/p/model/float.tflite" "$tmp/second.tflite"
run train "$tmp/p" --from "$tmp/back" --shots 3 --epochs 1 --keep 0; exits "all layers, on from the backbone's" 0
holds "and all change" [ $(($(differ "$tmp/first.tflite" "$tmp/p/model/float.tflite") * 3)) -gt "$all" ]
cp "$tmp/second.tflite" "$tmp/p/model/float.tflite"
run test "$tmp/p" --json; exits "which knows the new word" 0 '"labels":\["neu","unknown","silence"\]'
accuracy=$(sed -n 's/.*"int8":{"accuracy":\([0-9.]*\).*/\1/p' "$tmp/out" | head -n 1)
[ "${TEST_SANITIZED-}" ] || holds "mostly ($accuracy)" awk "BEGIN { exit !($accuracy >= 0.7) }"
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	run test "$tmp/p" --on nano33ble --json; exits "on the emulated board" 0 '"differ":0'
else
	skip "on the emulated board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
finish
