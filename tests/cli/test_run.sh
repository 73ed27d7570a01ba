#!/bin/sh
# thimble run: raw tensors through a model; what goes wrong says so.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}

run run; exits "no model" 2 'needs MODEL'
run run model.tflite; exits "no --in" 2 '--in FILE'
run run "$tmp/none.tflite" --in "$tmp/in" --out "$tmp/o"; exits "no such model" 1 'none\.tflite'
printf 'not a model' >"$tmp/bad.tflite"
run run "$tmp/bad.tflite" --in "$tmp/in" --out "$tmp/o"; exits "a file that is no model" 1 'bad\.tflite'
holds "and no output was written" test ! -e "$tmp/o"

loop=fuzz/corpus/plan/calls_endless.tflite # inputs: two flags that go round for ever when they are 1, four floats
head -c 18 /dev/zero >"$tmp/in"
run run $loop --in "$tmp/in" --out "$tmp/o"; exits "a loop that is never entered" 0
rm -f "$tmp/o"
head -c 18 /dev/zero | tr '\0' '\1' >"$tmp/in"
run run $loop --in "$tmp/in" --out "$tmp/o"; exits "a loop without end" 1 'calls_endless.*loops.*do not come to an end'
holds "no output of it" test ! -e "$tmp/o"

model=$shared/models/kws_ref_model.tflite
if [ ! -r "$model" ]; then
	skip "goldens" "$model is not here"
	finish
fi
gold=$shared/goldens/kws_ref_model
run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/o" --layers "$tmp/layers"; exits "a golden" 0
holds "its output" cmp "$tmp/o" "$gold.seed1.out.bin"
holds "its layers and their list" diff -r "$tmp/layers" "$shared/goldens/layers/kws_ref_model"
for family in plain sse2; do # sse2: there is no other that every x86-64 has
	[ $family = plain ] || { [ "$(uname -m)" = x86_64 ] && [ -z "${TEST_RUN-}" ]; } || continue
	THIMBLE_ISA=$family run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/o" --threads 2; exits "kernels of $family" 0
	holds "the same output" cmp "$tmp/o" "$gold.seed1.out.bin"
done
THIMBLE_ISA=z80 run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/o2"; exits "kernels of no machine" 2 'THIMBLE_ISA=z80'
run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/o2" --threads 0; exits "no threads" 2 'threads'
cat "$gold".seed1.in.bin "$gold".seed2.in.bin "$gold".seed3.in.bin >"$tmp/three"
cat "$gold".seed1.out.bin "$gold".seed2.out.bin "$gold".seed3.out.bin >"$tmp/want"
run run "$model" --in "$tmp/three" --out "$tmp/o"; exits "three in a row" 0
holds "their outputs" cmp "$tmp/o" "$tmp/want"
head -c 489 "$gold.seed1.in.bin" >"$tmp/short"
run run "$model" --in "$tmp/short" --out "$tmp/o2"; exits "a byte is missing" 1 '489 bytes.*490 bytes'
: >"$tmp/empty"
run run "$model" --in "$tmp/empty" --out "$tmp/o2"; exits "an empty input" 1 'has 0 bytes'
run run "$model" --in "$tmp/none" --out "$tmp/o2"; exits "no such input" 1 'none'
run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/no/such/folder"; exits "an output that cannot be written" 1 'folder'
run run "$model" --in "$gold.seed1.in.bin" --out "$tmp/o2" --layers "$tmp/o"; exits "layers into a file" 1
run run "$shared/models/kws_ref_model_float32.tflite" --in "$tmp/short" --out "$tmp/o2"
exits "float inputs with int8 weights" 1 'operator 0 \(CONV_2D.*hybrid'
holds "none of these wrote an output" test ! -e "$tmp/o2"
finish
