#!/bin/sh
# thimble edit: a changed model is another model in exactly the place that was named.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}

run edit; exits "no model" 2 'more words are needed'
run edit none.tflite; exits "no --out" 2 '--out FILE'
model=$shared/models/hello_world_float.tflite
if [ ! -r "$model" ]; then
	skip "edits" "$model is not here"
	finish
fi
printf '\000\000\000\000' >"$tmp/zero" # x = 0.0
value() { thimble_out=$("$thimble" run "$1" --in "$tmp/zero" --out "$tmp/y" >/dev/null && od -An -tf4 "$tmp/y" | tr -d ' '); }

run edit "$model" --out "$tmp/same.tflite"; exits "no change" 0 '0 changes'
value "$model"; plain=$thimble_out
value "$tmp/same.tflite"; holds "and the same output" test "$thimble_out" = "$plain"

# The last operator's bias is added to the output: find its name.
bias=$("$thimble" inspect "$model" --json | tr '{' '\n' | grep '"name"' | grep '"shape": *\[1\]' | tail -1 | sed 's/.*"name": *"\([^"]*\)".*/\1/')
holds "the last bias has a name" test -n "$bias"
run edit "$model" --out "$tmp/set.tflite" --set "${bias}[0]=41.5"; exits "one element" 0 '1 change$'
run edit "$tmp/set.tflite" --out "$tmp/set0.tflite" --set "$bias=1.5"; exits "all elements" 0
value "$tmp/set.tflite"; high=$thimble_out
value "$tmp/set0.tflite"; low=$thimble_out
holds "the output moved by 40" awk "BEGIN { d = $high - $low - 40; exit !(d * d < 1e-6) }"

run edit "$model" --out "$tmp/n1.tflite" --seed 5 --noise '#1=0.1'; exits "noise" 0 '1 change$'
run edit "$model" --out "$tmp/n2.tflite" --seed 5 --noise '#1=0.1'; exits "noise again" 0
run edit "$model" --out "$tmp/n3.tflite" --seed 6 --noise '#1=0.1'; exits "other noise" 0
holds "the same seed gives the same bytes" cmp "$tmp/n1.tflite" "$tmp/n2.tflite"
holds "another seed gives others" sh -c "! cmp -s '$tmp/n1.tflite' '$tmp/n3.tflite'"

printf 'hello' >"$tmp/note"
run edit "$model" --out "$tmp/m.tflite" --rename "$bias=my bias" --description "a lab" --metadata "note=$tmp/note"; exits "names" 0 '3 changes'
holds "the new name is there" grep -qa 'my bias' "$tmp/m.tflite"
holds "the description is there" grep -qa 'a lab' "$tmp/m.tflite"
holds "the metadata are there" grep -qa 'hello' "$tmp/m.tflite"
run edit "$tmp/m.tflite" --out "$tmp/m2.tflite" --drop-metadata note --set "my bias[0]=1"; exits "metadata taken out" 0
holds "they are gone" sh -c "! grep -qa hello '$tmp/m2.tflite'"

run inspect "$model" --tensors; exits "tensors for a lab" 0 '#[0-9]+ +constant +[0-9]+ FULLY_CONNECTED +float32 +[0-9x]+ +.'
run edit "$model" --out "$tmp/bad.tflite" --set "nothing[0]=1"; exits "no such tensor" 1 'no tensor "nothing".*--tensors'
run edit "$model" --out "$tmp/bad.tflite" --set "${bias}[1]=1"; exits "no such element" 2 'no element'
run edit "$model" --out "$tmp/bad.tflite" --set "${bias}[0]=x"; exits "no number" 2 'no value'
run edit "$model" --out "$tmp/bad.tflite" --set "$bias"; exits "no value" 2 'TENSOR\[INDEX\]=VALUE'
run edit "$model" --out "$tmp/bad.tflite" --set '#0[0]=1'; exits "no constant" 2 'holds no constants'
run edit "$model" --out "$tmp/bad.tflite" --noise "$bias=-1"; exits "negative noise" 2 'SIGMA'
run edit "$model" --out "$tmp/bad.tflite" --metadata "x=$tmp/none"; exits "no such file" 1 'none'
run edit "$model" --out "$tmp/bad.tflite" --drop-metadata x; exits "no such entry" 1 'no metadata entry'
run inspect "$shared/models/kws_ref_model_float32.tflite" --json; exits "a model that cannot run" 1 'operator 0 \(CONV_2D.*hybrid'
holds "says so in JSON" grep -q '"refused":".*operator 0 (CONV_2D.*hybrid' "$tmp/out"
run edit "$model" --out "$tmp/bad.tflite" --stretch 0:1; exits "no factor" 2 'OP:CHANNEL=FACTOR'
run edit "$model" --out "$tmp/bad.tflite" --stretch 0:x=2; exits "no channel" 2 'OP:CHANNEL=FACTOR'
run edit "$model" --out "$tmp/bad.tflite" --stretch 9999:0=2; exits "no such layer" 1 'not followed'
holds "none of these wrote a model" test ! -e "$tmp/bad.tflite"
finish
