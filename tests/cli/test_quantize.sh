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
run quantize "$p" --train 1 --method minmax; exits "trained with integers" 0
cp "$p/model/int8.tflite" "$tmp/trained"
cp "$p/thimble.ini" "$tmp/ini"
sed "s/^threshold = .*/threshold = 0.99/" "$tmp/ini" >"$p/thimble.ini"
run test "$p"; exits "another [detect]" 0
holds "is in the model" grep -qaE '"threshold": ?0\.99' "$p/model/int8.tflite"
cp "$tmp/ini" "$p/thimble.ini"
run test "$p"; exits "and that of before" 0
holds "which keeps its trained integers" cmp "$tmp/trained" "$p/model/int8.tflite"
run quantize "$p"; exits "without training again" 0
run inspect "$p" --json; exits "inspect of a project" 0 '"labels":\["ja",'
holds "the int8 model is below 20 kB" test "$(wc -c <"$p/model/int8.tflite")" -lt 20000

cp "$p/model/float.tflite" "$tmp/whole"
# The debugger and the repair, on a network that is made to collapse.
run quantize "$p" --debug; exits "what each layer loses" 0 'alone'
exits "with a picture of its values" 0 'can say'
run quantize "$p" --debug --json; exits "the same for programs" 0 '"alone":\{.*"histogram":\{'
run edit "$p/model/float.tflite" --stretch 0:1=1000 --out "$p/model/float.tflite"; exits "a channel a thousand times as large" 0 '1 change$'
run quantize "$p" --debug; exits "is pointed at" 0 'channel 1 is [0-9]+ times as large'
run quantize "$p" --repair; exits "and repaired" 0 '[*] equalised channels'
exits "least change first" 0 'as it is'
run quantize "$p" --repair --json; exits "what was tried, for programs" 0 '"restored":true.*"did":"as it is"'
run quantize "$p" --keep-16 99; exits "no such layer" 2 '"99" is no operator'
run quantize "$p" --keep-16 0,1 --json; exits "layers in 16 bits" 0 '"op":"CONV_2D"[^}]*"type":"int16"'
run quantize "$p" --keep-float 0 --json; exits "a layer in float" 0 '"op":"CONV_2D"[^}]*"type":"float"'
run quantize "$p" --bits 9; exits "bits that are none" 2 '8 or 16'
run quantize "$p" --io int16; exits "a project's firmware feeds int8" 2 'is for .tflite files'
run quantize "$p" --out x.tflite; exits "a project has its own place" 2 'are for a .tflite file'
cp "$tmp/whole" "$p/model/float.tflite"
run quantize "$p"; exits "as it was" 0

cp "$p/model/float.tflite" "$tmp/float"
head -c 3000 "$tmp/float" >"$p/model/float.tflite"
run quantize "$p"; exits "a damaged float model" 1 'float\.tflite'
holds "the old int8 model is still whole" cmp "$tmp/first" "$p/model/int8.tflite"
cp "$tmp/first" "$p/model/float.tflite"
run quantize "$p"; exits "an int8 model in its place" 1 'int8'

# Any float model, with inputs in a file: the numbers 1 and -0.5 in turn.
m=$tmp/float.tflite
mv "$tmp/whole" "$m"
run quantize "$m"; exits "no inputs" 2 'needs --data'
printf x >"$tmp/one"
run quantize "$m" --data "$tmp/one"; exits "a piece of an input" 1 'one input of the model is [0-9]+ bytes'
each=$(sed 's/.*of the model is \([0-9]*\) bytes.*/\1/' "$tmp/err")
printf '\000\000\200\077\000\000\000\277' >"$tmp/in"
while [ "$(wc -c <"$tmp/in")" -lt $((each * 3)) ]; do cat "$tmp/in" "$tmp/in" >"$tmp/in2" && mv "$tmp/in2" "$tmp/in"; done
head -c $((each * 3)) "$tmp/in" >"$tmp/inputs"
run quantize "$m" --data "$tmp/inputs" --out "$tmp/i8.tflite"; exits "int8" 0 'integers [1-9]'
run quantize "$m" --data "$tmp/inputs" --bits 16 --io float --method kl --out "$tmp/i16.tflite"; exits "int16x8" 0 'int16x8 against float'
run inspect "$tmp/i16.tflite"; exits "with float ends" 0 'QUANTIZE.*int16'
run run "$tmp/i16.tflite" --in "$tmp/inputs" --out "$tmp/o"; exits "it runs" 0
printf '0 1\n' >"$tmp/labels"
run quantize "$m" --data "$tmp/inputs" --labels "$tmp/labels"; exits "a label is missing" 1 'label 3'
printf '0 1 77' >"$tmp/labels"
run quantize "$m" --data "$tmp/inputs" --labels "$tmp/labels"; exits "a class that is none" 1 'label 3 is 77'
printf '0 1 1 1' >"$tmp/labels"
run quantize "$m" --data "$tmp/inputs" --labels "$tmp/labels"; exits "a label too many" 1 'more labels'
printf '0 1 1' >"$tmp/labels"
run quantize "$m" --data "$tmp/inputs" --labels "$tmp/labels" --json; exits "labelled" 0 '"accuracy":'
printf '\377\377\377\177' >"$tmp/nan"
{ cat "$tmp/nan" && tail -c +5 "$tmp/inputs"; } >"$tmp/bad"
run quantize "$m" --data "$tmp/bad"; exits "an input that is no number" 1 'no number'
finish
