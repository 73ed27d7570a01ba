#!/bin/sh
# Pictures in other light: bright circles are told from dark ones until it is too dark to; and the board sees the same.
# Under sanitizers: make soak
# shellcheck disable=SC2059 # bytes of pictures are escapes that are put together
. tests/cli/lib.sh

# idx NAME N: N grey pictures of 8 x 8, every other one bright, and their labels
idx() {
	LC_ALL=C awk -v n="$2" 'BEGIN { printf "\\000\\000\\010\\003\\000\\000\\000\\%o\\000\\000\\000\\010\\000\\000\\000\\010", n
		for (i = 0; i < n * 64; i++) printf "\\%o", (int(i / 64) % 2) * 128 + (i * 37) % 60 + 20 }' >"$tmp/escapes"
	printf "$(cat "$tmp/escapes")" >"$tmp/idx/$1-images-idx3-ubyte"
	{ printf "\\000\\000\\010\\001\\000\\000\\000\\$(printf %o "$2")" && yes | head -c "$2" | tr 'y\n' '\000\001'; } >"$tmp/idx/$1-labels-idx1-ubyte"
}
mkdir "$tmp/idx"
idx train 60 && idx t10k 20
p=$tmp/eye
run new "$p" --task image --preset resnet-8
sed 's/^size = .*/size = 8x8/; s/^colour = .*/colour = grey/; s/^change = .*/change = none/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run data import "$tmp/idx" --project "$p"
run train "$p" --epochs 8; exits "bright and dark" 0
run quantize "$p"
part() { sed "s/.*\"kind\":\"$1\",\"amount\":$2,\([^}]*\)}.*/\1/; s/.*\"$3\":\([0-9.]*\).*/\1/" "$tmp/out"; } # part KIND AMOUNT COLUMN
run test "$p" --light --json; exits "in 20 lights" 0 '"light":\[\{"kind":"as it is"'
for column in float int8 camera; do
	holds "$column: right as it is" awk "BEGIN { exit !($(part "as it is" 0.0 $column) > 0.9) }"
	holds "$column: in the dark all look dark" awk "BEGIN { exit !($(part light -3.0 $column) == 0.5) }"
done
cp "$tmp/out" "$tmp/lights"
run test "$p" --json; exits "a test after it" 0
holds "is the same as the first step" grep -q "\"kind\":\"as it is\",\"amount\":0.0,$(sed 's/.*"float":{"accuracy":\([0-9.]*\).*/"float":\1/' "$tmp/out")" "$tmp/lights"
run test "$p" --light; exits "a table" 0 'light +-3 stops +50\.0 %'
run report "$p"; exits "a report" 0
holds "with the bars" grep -q '<h2[^>]*>In other light' "$p/report.html"
run test "$p/model/float.tflite" --data "$tmp/idx" --light --json; exits "a float model alone" 0 '"float":'
holds "which no camera has" sh -c "! grep -q camera '$tmp/out'"
run test "$p" --light --stream x.wav; exits "no stream" 2 'recordings'
if command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null; then
	run test "$p" --light --on nano33ble --json; exits "the board in each light" 0 '"frames":84,"differ":0'
else
	skip "the board in each light" "no qemu-system-arm or arm-none-eabi-gcc"
fi
run new "$tmp/hello" --task sine
run train "$tmp/hello" --epochs 2
run test "$tmp/hello" --light; exits "numbers have no light" 2 'pictures'
finish
