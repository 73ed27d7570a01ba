#!/bin/sh
# thimble deploy --as firmware --generic: one firmware on an emulated board takes two models over its serial line, one
# after the other, and runs them; the outputs are those of TensorFlow Lite Micro. And the user's file in a firmware.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}
sine=$shared/models/hello_world_int8.tflite words=$shared/models/kws_ref_model.tflite
run deploy --as c --generic --out "$tmp/x"; exits "--generic of C" 2 'as firmware'
run deploy --as firmware --generic --board rp2040 --out "$tmp/x"; exits "a board without a serial line" 1 'no serial line'
run deploy "$sine" --as firmware --generic --out "$tmp/x"; exits "--generic with a model" 2 'name none'
run deploy "$sine" --as c --send /dev/null --out "$tmp/x"; exits "--send of C" 2 'as package'
run deploy "$sine" --as package --in "$sine" --out "$tmp/x"; exits "--in without --send" 2 'send PORT'
[ -f "$sine" ] || { skip "models over a serial line" "$shared is not here"; finish; }
run deploy "$sine" --as package --send /dev/null; exits "a port that is no serial line" 1 'serial line /dev/null'
run deploy "$sine" --as package --send "$tmp/none"; exits "a port that is not there" 1 'none'
run deploy "$sine" --as package --send tcp:127.0.0.1; exits "a port without its number" 2 'tcp:HOST:NUMBER'
run deploy "$sine" --as package --send tcp:127.0.0.1:1; exits "nobody listens" 1 'tcp:127.0.0.1:1'
for program in arm-none-eabi-gcc qemu-system-arm; do
	command -v $program >/dev/null || { skip "an emulated board" "$program is not here"; finish; }
done

# board NAME MACHINE: makes its firmware and starts it; the port that QEMU says is $port, the process $pid.
board() {
	run deploy --board "$1" --as firmware --generic --out "$tmp/$1"; exits "a firmware for $1" 0 'takes models'
	cp "$shared/goldens/hello_world_int8.seed3.in.bin" "$tmp/in" # its sensor
	: >"$tmp/qemu"
	(cd "$tmp" && exec qemu-system-arm -M "$2" -display none -monitor none -semihosting-config enable=on,target=native \
		-serial pty -kernel "$1/firmware.elf" </dev/null >qemu 2>&1) &
	pid=$!
	i=0
	while [ $i -lt 200 ] && ! grep -q /dev/pts "$tmp/qemu"; do sleep 0.05; i=$((i + 1)); done
	port=$(sed -n 's/.*\(\/dev\/pts\/[0-9]*\).*/\1/p' "$tmp/qemu")
}

# there MODEL GOLDEN: sent to $port and run
there() {
	run deploy "$1" --board "$on" --as package --send "$port" --in "$shared/goldens/$2.in.bin" --to "$tmp/got"
	exits "$2 goes to $on" 0 'run'
	holds "$2 on $on gives the bytes of TensorFlow Lite Micro" cmp "$tmp/got" "$shared/goldens/$2.out.bin"
}

on=nano33ble; board $on mps2-an386
there "$sine" hello_world_int8.seed1
there "$words" kws_ref_model.sample0
there "$sine" hello_world_int8.seed3
run deploy "$sine" --board $on --as package --send "$port" --sensor 1 --to "$tmp/got"; exits "on what its sensor gives" 0 '1 runs'
holds "that is the same" cmp "$tmp/got" "$shared/goldens/hello_world_int8.seed3.out.bin"
run deploy "$sine" --board $on --as package --send "$port" --sensor 1; exits "the sensor's end" 1 'come to its end'
run deploy "$shared/models/vww_96_float.tflite" --board $on --as package --send "$port"
exits "a model that is too large" 1 'do not fit'
run deploy "$words" --board m55 --as package --send "$port"; exits "a model for another processor" 1 'arm-mve'
there "$words" kws_ref_model.seed1
kill $pid; wait $pid 2>/dev/null

on=microbit; board $on microbit
there "$sine" hello_world_int8.seed1
run deploy "$words" --board $on --as package --send "$port"; exits "too large for 16 KB" 1 'do not fit'
kill $pid; wait $pid 2>/dev/null

# The user's file in the folder of a firmware stays, and is built in.
run deploy "$sine" --as firmware --out "$tmp/fw"; exits "a firmware" 0
holds "with a file that is the user's" grep -q 'yours' "$tmp/fw/app.c"
cat >"$tmp/fw/app.c" <<'END2'
#include "app.h"
#include "hal.h"
void app_start(void) { serial_write("mine\n", 5); led_write((int32_t)(time_ms() < 1000) * 77); }
void app_detect(int32_t time_ms, int32_t label, int32_t score) { (void)time_ms, (void)label, (void)score; }
void app_output(void) { led_write(0); }
END2
cp "$tmp/fw/app.c" "$tmp/app.c"
run deploy "$words" --as firmware --out "$tmp/fw"; exits "another model into the same folder" 0
holds "the user's file is as it was" cmp "$tmp/fw/app.c" "$tmp/app.c"
cp "$shared/goldens/kws_ref_model.seed1.in.bin" "$tmp/fw/in"
(cd "$tmp/fw" && timeout 60 qemu-system-arm -M mps2-an386 -display none -monitor none -serial none \
	-semihosting-config enable=on,target=native,arg=r -kernel firmware.elf </dev/null) >"$tmp/said" 2>&1
holds "and runs: it speaks" grep -q '^mine' "$tmp/said"
holds "switches the light on" grep -q '^led 0000004d' "$tmp/said"
holds "and off" grep -q '^led 00000000' "$tmp/said"
holds "the network beside it gives its bytes" cmp "$tmp/fw/out" "$shared/goldens/kws_ref_model.seed1.out.bin"
echo 'int x = ;' >"$tmp/fw/app.c"; rm "$tmp/fw/in" "$tmp/fw/out"
run deploy "$words" --as firmware --out "$tmp/fw"; exits "a mistake in it" 1 'app.c'
holds "it is still there" grep -q 'int x' "$tmp/fw/app.c"
finish
