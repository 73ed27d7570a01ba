#!/bin/sh
# thimble quantize and inspect: from a trained float model to int8, and every broken model file refused with words.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
good=fuzz/corpus/tflite/ds_cnn_s8

run inspect "$good" --json; exits "inspect of a model of ours" 0 '"op":"DEPTHWISE_CONV_2D"'
exits "its labels, also from right to left" 0 '"labels":\["yes","'
run inspect "$good"; exits "inspect for people" 0 '7 operators, [0-9]+ MACs, 344 parameters'
exits "the exact arena" 0 'arena [0-9]+ bytes'
run inspect "$good" --board moon; exits "a board that is none" 2 'nano33ble'

# Every hundredth cut through the program; tests/model/test_tflite.c makes every one.
size=$(wc -c <"$good") cut=0 bad=0
while [ $cut -lt "$size" ]; do
	head -c $cut "$good" >"$tmp/cut.tflite"
	run inspect "$tmp/cut.tflite"
	{ [ $rc -eq 1 ] && grep -q 'cut\.tflite' "$tmp/err"; } || bad=$((bad + 1))
	cut=$((cut + 97))
done
holds "cut models are refused by name" [ $bad -eq 0 ]
head -c 5000 /dev/urandom >"$tmp/noise.tflite"
run inspect "$tmp/noise.tflite"; exits "random bytes" 1 'noise\.tflite'

p=$tmp/project
run new "$p" --task keyword --labels "$word_a,$word_b"; exits "a project" 0
run quantize "$p"; exits "nothing trained yet" 1 'thimble train'
tone_clips "$tmp/recordings" 8
run data import "$tmp/recordings" --project "$p"; exits "clips" 0
run train "$p" --preset tiny-conv --epochs 2; exits "two epochs" 0
run quantize "$p" --method middle; exits "a method that is none" 2 'mse, percentile, minmax and kl'
run quantize "$p" --samples 0; exits "no samples" 2 'samples'
run quantize "$p" --json; exits "quantize" 0 '"method":"mse".*"op":"SOFTMAX"'
holds "int8.tflite is there" test -s "$p/model/int8.tflite"
holds "quantize.json is there" grep -q '"snr_db"' "$p/model/quantize.json"
cp "$p/model/int8.tflite" "$tmp/first"
run quantize "$p"; exits "a second time" 0 'CONV_2D +int8 +[0-9.]+ dB'
holds "the same bytes" cmp "$tmp/first" "$p/model/int8.tflite"
run inspect "$p" --json; exits "inspect of a project" 0 '"labels":\["ja",'
holds "the int8 model is below 20 kB" test "$(wc -c <"$p/model/int8.tflite")" -lt 20000

cp "$p/model/float.tflite" "$tmp/float"
head -c 3000 "$tmp/float" >"$p/model/float.tflite"
run quantize "$p"; exits "a damaged float model" 1 'float\.tflite'
holds "the old int8 model is still whole" cmp "$tmp/first" "$p/model/int8.tflite"
cp "$tmp/first" "$p/model/float.tflite"
run quantize "$p"; exits "an int8 model in its place" 1 'int8'
finish
