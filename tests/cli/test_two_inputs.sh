#!/bin/sh
# A network of two inputs: trained, made integers, tested here and on the board; examples of pairs of recordings.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# what it is stands half in the first 24 values, half in the last 6
LC_ALL=C awk 'BEGIN { srand(3); for (i = 0; i < 400; i++) { a = int(rand() * 2); b = int(rand() * 2)
	for (k = 0; k < 24; k++) printf "%.3f,", a * sin(k * 0.9) + 0.3 * (rand() - 0.5)
	for (k = 0; k < 6; k++) printf "%.3f,", b * (k % 2 ? 1 : -1) + 0.3 * (rand() - 0.5)
	print (a && b) ? "both" : a ? "left" : b ? "right" : "none" } }' >"$tmp/x.csv"
head -n 40 "$tmp/x.csv" >"$tmp/few.csv"
cat >"$tmp/net.txt" <<'END'
input 8x3x1
conv2d 4 3x3 relu
flatten as sound
input 1x1x6
dense 8 relu as motion
concat sound motion
dense 16 relu
dense classes
END
run train "$tmp/net.txt" --data "$tmp/x.csv" --epochs 15 --out "$tmp/two.tflite"; exits "it trains" 0
run inspect "$tmp/two.tflite"; exits "it has two inputs" 0 'input +1x1x1x6'
run quantize "$tmp/two.tflite" --data "$tmp/x.csv" --out "$tmp/two8.tflite"; exits "it becomes integers" 0
run test "$tmp/two8.tflite" --data "$tmp/x.csv" --json; exits "it is tested" 0 'accuracy'
holds "both parts are learnt from" sh -c "sed 's/.*\"int8\":{\"accuracy\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 > 0.95)}'"
run deploy "$tmp/two8.tflite" --as c --out "$tmp/c"; exits "as C" 0
holds "its self test" make -s -C "$tmp/c" test
sed 's/1x1x6/1x1x7/' "$tmp/net.txt" >"$tmp/bad.txt"
run train "$tmp/bad.txt" --data "$tmp/x.csv" --out "$tmp/x.tflite"; exits "an input that is too large" 1 'line 4.*only 6 are left'
run train "$tmp/two.tflite" --data "$tmp/x.csv" --out "$tmp/x.tflite"; exits "it is not trained on" 1 'one input'

# --- pairs of recordings
tone_clips "$tmp/clips" 6
run new "$tmp/hears" --task keyword --labels "$word_a,$word_b" && run data import "$tmp/clips" --project "$tmp/hears"
run train "$tmp/hears" --preset single-fc --epochs 1 --seed 7 && run quantize "$tmp/hears"
for label in fine worn; do
	mkdir -p "$tmp/pairs/$label" "$tmp/rows/$label"
	bad=0; [ $label = fine ] || bad=1
	for i in 1 2 3 4 5; do
		LC_ALL=C awk -f bench/machine.awk kind=wav seconds=2 unbalanced=0 worn=$bad seed=$i /dev/null >"$tmp/pairs/$label/$i.wav"
		LC_ALL=C awk -f bench/machine.awk kind=csv seconds=2 unbalanced=$bad worn=0 seed=$i /dev/null >"$tmp/pairs/$label/$i.csv"
		cp "$tmp/pairs/$label/$i.csv" "$tmp/rows/$label/$i.csv"
	done
done
run new "$tmp/feels" --task activity
sed 's/^rate_hz = .*/rate_hz = 100/; s/^window_ms = .*/window_ms = 500/; s/^hop_ms = .*/hop_ms = 250/' "$tmp/feels/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$tmp/feels/thimble.ini"
run data import "$tmp/rows" --project "$tmp/feels"; run train "$tmp/feels" --epochs 1; run quantize "$tmp/feels"; exits "a model that feels" 0
run data pairs "$tmp/pairs" --sound "$tmp/hears" --sensor "$tmp/feels" --out "$tmp/train.csv" --test "$tmp/test.csv"
# ends of windows at 0.5, 0.75 .. 2 s; a clip of a second ends with those from 1 s on: 5 of each pair, and every fourth tests
exits "pairs become examples" 0 '40 examples of 10 pairs, and 10 to test.*'
holds "the inputs are named" grep -q 'input 50x1x3' "$tmp/out"
holds "a line has the values of both and the label" sh -c "awk -F, 'NF != 49 * 40 + 50 * 3 + 1 || (\$NF != \"fine\" && \$NF != \"worn\") { exit 1 }' '$tmp/train.csv'"
rm "$tmp/pairs/fine/1.csv"
run data pairs "$tmp/pairs" --sound "$tmp/hears" --sensor "$tmp/feels" --out "$tmp/train.csv" --json
exits "sound without rows is counted" 0 '"pairs":9,"alone":1,"examples":45,"test":0'
run data pairs "$tmp/pairs" --sound "$tmp/feels" --sensor "$tmp/feels" --out "$tmp/y.csv"; exits "a sensor does not hear" 2 'hears nothing'
run data pairs "$tmp/pairs" --sound "$tmp/hears" --sensor "$tmp/hears" --out "$tmp/y.csv"; exits "a microphone does not feel" 2 'no sensor'
run data pairs "$tmp/clips" --sound "$tmp/hears" --sensor "$tmp/feels" --out "$tmp/y.csv"; exits "no pairs" 1 'NAME.wav beside'

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "on the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
	finish
fi
run test "$tmp/two8.tflite" --data "$tmp/few.csv" --on nano33ble --json; exits "on the board" 0
holds "with the same bytes" grep -q 'all 40 outputs.*byte for byte' "$tmp/err"
finish
