#!/bin/sh
# thimble deploy and emulate: wrong usage, missing tools, what is in the way, and the reference models on the board.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

shared=${THIMBLE_SHARED:-../shared}
run deploy; exits "deploy without --as" 2 '--as'
run deploy --as zip --out "$tmp/x"; exits "deploy --as zip" 2 '--as arduino or --as wasm'
run deploy --as c; exits "deploy without --out" 2 '--out'
run deploy "$tmp/none.tflite" --as c --out "$tmp/x"; exits "deploy of nothing" 1 'none.tflite'
run deploy "$tmp/none.tflite" --as c --out "$tmp/x" --board mars; exits "deploy for a board that is none" 2 'nano33ble'
run emulate; exits "emulate without a feed" 2 '--feed'
printf 'not a model' >"$tmp/bad.tflite"
run deploy "$tmp/bad.tflite" --as c --out "$tmp/x"; exits "deploy of a file that is no model" 1 'bad.tflite'
holds "nothing was written" test ! -e "$tmp/x" -a ! -e "$tmp/x.part"

model=$shared/models/hello_world_int8.tflite
if [ ! -f "$model" ]; then
	skip "deploy of reference models" "$shared is not here"
	finish
fi
run deploy "$model" --as c --out "$tmp/c"; exits "a model without sound as C" 0 'arena'
holds "its self test" make -s -C "$tmp/c" test
run deploy "$model" --as c --out "$tmp/c"; exits "again into the same folder" 0
echo mine >"$tmp/c/notes.txt"
run deploy "$model" --as c --out "$tmp/c"; exits "a file of the user's is kept" 1 'notes.txt'
holds "it is still there" grep -q mine "$tmp/c/notes.txt"
speech=$shared/models/micro_speech_quantized.tflite
run deploy "$model" "$speech" --as c --out "$tmp/two"; exits "two models in one arena as C" 0 '2 models in one arena'
holds "their self test" make -s -C "$tmp/two" test
run deploy "$model" "$speech" --keep --as c --out "$tmp/kept" --json; exits "two models, outputs kept" 0 'arena_bytes'
holds "their self test sees that they are kept" make -s -C "$tmp/kept" test
run deploy "$model" "$speech" --as package --out "$tmp/x"; exits "two models as one package" 2 'one model'
run deploy "$model" --keep --as c --out "$tmp/x"; exits "--keep of one model" 2 'several models'
run deploy "$model" "$tmp/bad.tflite" --as c --out "$tmp/x"; exits "a second file that is no model" 1 'bad.tflite'
mkdir "$tmp/closed" && chmod 555 "$tmp/closed"
if [ "$(id -u)" -eq 0 ]; then
	run deploy "$model" --as c --out /proc/closed/c; exits "a folder that cannot be written" 1 '/proc'
else
	run deploy "$model" --as c --out "$tmp/closed/c"; exits "a folder that cannot be written" 1 'closed'
fi

# Without cross compiler and emulator: clear words, and the host part works.
mkdir "$tmp/bin"
for program in sh make cc mkdir; do ln -s "$(command -v $program)" "$tmp/bin/$program"; done
path=$PATH; PATH=$tmp/bin
run deploy "$model" --as firmware --out "$tmp/fw"; PATH=$path; exits "no cross compiler" 1 'gcc-arm-none-eabi.*setup --device'
PATH=$tmp/bin
run emulate "$model" --in "$model"; PATH=$path; exits "emulate without tools" 1 'setup --device'
PATH=$tmp/bin
run deploy "$model" --as c --out "$tmp/c2"; PATH=$path; exits "C without tools" 0
PATH=$tmp/bin
run inspect "$model" --board nano33ble; PATH=$path; exits "inspect without tools" 0 'estimate'

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "reference models on the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
	finish
fi
for name in hello_world_int8.seed1 hello_world_int8.seed3 micro_speech_quantized.yes_1000ms micro_speech_quantized.seed2 \
	kws_ref_model.sample0 kws_ref_model.seed1; do
	model=$shared/models/${name%.*}.tflite
	cp "$shared/goldens/$name.in.bin" "$tmp/in.bin"
	run emulate "$model" --in "$tmp/in.bin" --out "$tmp/out.bin"; exits "$name on the emulated board" 0 'device equals host +yes'
	holds "$name gives the bytes of TensorFlow Lite Micro" cmp "$tmp/out.bin" "$shared/goldens/$name.out.bin"
done
head -c 9216 /dev/zero >"$tmp/dark.bin"
run emulate "$shared/models/person_detect.tflite" --board microbit --in "$tmp/dark.bin"; exits "a model too large for a board" 1 'does not fit.*inspect'
for board in microbit m55 rv32; do
	run emulate "$model" --board $board --in "$tmp/in.bin" --out "$tmp/out.bin"
	if [ $rc -eq 1 ] && grep -q 'setup --device' "$tmp/err"; then
		skip "kws_ref_model on $board" "its tools are not here"
		continue
	fi
	exits "kws_ref_model on $board" 0 'device equals host +yes'
	holds "the same bytes on $board" cmp "$tmp/out.bin" "$shared/goldens/kws_ref_model.seed1.out.bin"
done
run emulate "$model" --board rp2040 --in "$tmp/in.bin"; exits "a board without an emulator" 1 'no emulator'
run emulate "$model" --in "$tmp/none.bin"; exits "an input that is not there" 1 'none.bin'
printf 'x' >>"$tmp/in.bin"
head -c 18 /dev/zero | tr '\0' '\1' >"$tmp/ones.bin"
run emulate fuzz/corpus/plan/calls_endless.tflite --in "$tmp/ones.bin"
exits "a loop without end on the board" 1 'do not come to an end'
run emulate "$model" --in "$tmp/in.bin"; exits "a feed with half a tensor" 1 'whole sets'
finish
