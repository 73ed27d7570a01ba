#!/bin/sh
# Packages at the command line: written, read like a .tflite, refused with words when something is wrong.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}
model=$shared/models/hello_world_int8.tflite
if [ ! -f "$model" ]; then
	skip "packages" "$shared is not here"
	finish
fi
in=$shared/goldens/hello_world_int8.seed1.in.bin want=$shared/goldens/hello_world_int8.seed1.out.bin

for board in nano33ble microbit; do
	run deploy "$model" --board $board --as package --out "$tmp/$board"; exits "a package for $board" 0 'model.thm'
	holds "its executor as C, on this computer" make -s -C "$tmp/$board" test
	package=$tmp/$board/model.thm
	run run "$package" --in "$in" --out "$tmp/out.bin"; exits "run of a package for $board" 0
	holds "it gives the bytes of TensorFlow Lite Micro" cmp "$tmp/out.bin" "$want"
	run run "$package" --in "$in" --out "$tmp/out.bin" --layers "$tmp/layers"; exits "with its layers" 0
	holds "they are there" test -s "$tmp/layers/tensors.txt"
	run inspect "$package"; exits "inspect of a package" 0 'FULLY_CONNECTED'
	run deploy "$package" --board $board --as package --out "$tmp/again"; exits "a package of a package" 0
	holds "it is the same" cmp "$package" "$tmp/again/model.thm"
done
run deploy "$tmp/nano33ble/model.thm" --as c --out "$tmp/c"; exits "C source of a package" 0
holds "its self test" make -s -C "$tmp/c" test
run deploy "$tmp/nano33ble/model.thm" --board microbit --as package --out "$tmp/again"; exits "packed for another processor" 0
holds "as from the .tflite" cmp "$tmp/again/model.thm" "$tmp/microbit/model.thm"

package=$tmp/nano33ble/model.thm
head -c 900 "$package" >"$tmp/cut.thm"
run inspect "$tmp/cut.thm"; exits "a package that is cut" 1 'cut.thm: byte [0-9]+: the package ends too early'
{ head -c 400 "$package"; printf 'damage'; tail -c +407 "$package"; } >"$tmp/bad.thm"
run run "$tmp/bad.thm" --in "$in" --out "$tmp/out.bin"; exits "a package that is damaged" 1 'bad.thm: .*checksum is wrong'
bytes=$("$thimble" deploy "$model" --as package --out "$tmp/nano33ble" --json | sed 's/.*"flash_bytes":\([0-9]*\).*/\1/')
head -c "$bytes" "$package" >"$tmp/device.thm"
run inspect "$tmp/device.thm"; exits "the part for a device alone" 1 'only the part for a device'
run emulate "$model" --as zip --in "$in"; exits "emulate --as zip" 2 'c or package'

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "packages on the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
	finish
fi
for board in nano33ble microbit; do
	run emulate "$tmp/$board/model.thm" --board $board --as package --in "$in" --out "$tmp/out.bin" --json
	exits "the executor on an emulated $board" 0 '"flash_model":[0-9]+'
	holds "it gives the bytes of TensorFlow Lite Micro" cmp "$tmp/out.bin" "$want"
done
finish
