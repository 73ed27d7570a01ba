#!/bin/sh
# conformance.sh BUILD MCU   Runs the operators' tests of BUILD and prints docs/conformance.md: what was compared with
# what, and the text size of each operator in the Cortex-M4 objects below MCU (left out when they are not there).
# With ../shared/docs/OPERATORS.md at hand: every pair of its column "exact" must have been compared, or it names those
# that were not and fails.
set -eu
B=$1; mcu=$2
lines=$(mktemp); trap 'rm -f "$lines" "$lines".?*' EXIT
for t in "$B"/tests/nn/test_* "$B"/tests/model/test_* "$B"/tests/deploy/test_device_ops; do
	case $t in *.o | *.d) continue ;; esac
	THIMBLE_KERNELS=$lines.kernels THIMBLE_CONFORMANCE=$lines "$t" >"$lines.log" 2>&1 || { cat "$lines.log" >&2; echo "conformance: $t failed: nothing is printed" >&2; rm -f "$lines.log"; exit 1; }
done
rm -f "$lines.log"
# BROADCAST_ARGS handles shapes: int32 and int64 are all that TFLM takes, whatever the model's data is.
operators=${THIMBLE_SHARED:-../shared}/docs/OPERATORS.md
[ ! -f "$operators" ] || awk -v lines="$lines" 'BEGIN {
	while ((getline l < lines) > 0) { split(l, a, " "); have[a[1] " " a[2]] }
	n = split("f32 float32 i8 int8 i16 int16 i32 int32 u8 uint8 u32 uint32 i8w4 int8/int4", a, " ")
	for (i = 1; i < n; i += 2) name[a[i]] = a[i + 1]
	if ("BROADCAST_ARGS int32" in have) have["BROADCAST_ARGS float32"]
}
/^\| [A-Z][A-Z0-9_]* \|/ {
	split($0, column, "|"); gsub(/ /, "", column[2]); n = split(column[3], type, " ")
	for (i = 1; i <= n; i++) {
		pair = column[2] " " (type[i] in name ? name[type[i]] : type[i])
		if (type[i] != "-" && !(pair in have)) { print "conformance: " pair " was not compared with anything"; missing = 1 }
	}
}
END { exit missing }' "$operators" >&2
cat <<'EOF'
# Conformance

Printed by `make conformance`; every line was counted by a test that ran and passed.

Source of truth, and how equal:
* **second**: an independent second implementation in exact integers or double, in `tests` only; random shapes, strides, zero points,
  scales. Whole numbers are equal, or within the rounding that NUMERICS describes and the test states; floats within 1e-5.
* **TFLM**: whole numbers whose hash was taken when every byte equalled TensorFlow Lite Micro 90b983c2, floats that were
  within 1e-5 of the largest then and whose sum with random weights is still the same (`tests/tflm.h`).
* **golden**: tensors of ../shared/goldens, made by TensorFlow Lite Micro: whole numbers byte for byte, floats within 1e-5 of the largest
  (counted here: all layers of the integer models; outputs of the float models are compared too).
* **hand**: cases computed by hand.
* **board**: models with this operator as generated C on the emulated Cortex-M4, against the host: every bit, floats too.

A type is that of the data; `/int4` has int4 weights. "any": an operator without tensors. BROADCAST_ARGS handles shapes, int32
or int64, also in float models.

## Operator x type

| operator | type | second | TFLM | golden | hand | board | result |
|---|---|---|---|---|---|---|---|
EOF
awk '{ key = $1 " | " $2; n[key, $3] += $4; seen[key] }
END { for (k in seen) printf "| %s | %d | %d | %d | %d | %d | equal |\n", k, n[k, "second"], n[k, "tflm"], n[k, "golden"], n[k, "hand"], n[k, "board"] }' "$lines" | LC_ALL=C sort
echo
awk '{ c[$1 " " $2]; n += $4 } END { for (k in c) t++; printf "%d pairs of operator and type, %d cases.\n", t, n }' "$lines"

cat <<'EOT'

## Where the references differ

TensorFlow Lite Micro (TFLM) and TensorFlow Lite for computers (TFLite) are not always equal. Thimble gives TFLM's bytes. Two cases
differ by more than one step; seen when single-operator files were run in npm's TFLite (@tensorflow/tfjs-tflite):

* **RESIZE_BILINEAR, int8**: TFLM works in whole numbers, positions in steps of 1/1024 of a pixel, and rounds half away from zero
  (src/nn/resize.h). Some of TFLite's outputs lie more than one step beside these; why was not looked into. Thimble: as TFLM,
  byte for byte.
* **FULLY_CONNECTED, int8, whose weights have a zero point**: TFLM subtracts it (src/nn/fully_connected.h). TFLite takes int8
  weights as symmetric and ignores it, so the outputs of such a layer are others. Thimble: as TFLM. Converters write zero
  points of 0 there; a model that has another gives other results in TFLite.
EOT

[ -f "$mcu/libthimble.a" ] && [ -f "$lines.kernels" ] || exit 0
cat <<'EOF'

## Text size on Cortex-M4 (-Os)

Kernels: how many (one for each set of types), and the bytes of all of them linked together with what they call in the ring; a
firmware takes only those that its model needs. 0: generated C does it by itself. Prepare: checks and tables of the
operator's family, only needed where models are loaded while running; generated C has none of it.

| operator | kernels | bytes | prepare |
|---|---|---|---|
EOF
nm=arm-none-eabi-nm size=arm-none-eabi-size
# linked KERNEL..: bytes of these kernels and of all that they call, without the C library
linked() {
	[ $# -gt 0 ] || { echo 0; return; }
	# shellcheck disable=SC2046  # one word for each
	arm-none-eabi-gcc -nostdlib -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -Wl,--gc-sections,-e,"$1" \
		-Wl,--unresolved-symbols=ignore-all $(printf ' -Wl,-u,%s' "$@") "$mcu/libthimble.a" -o "$lines.elf"
	$size "$lines.elf" | awk 'NR == 2 { print $1 }'
}
for p in "$mcu"/src/nn/*_prepare.o; do
	$nm "$p" | awk -v bytes="$($size "$p" | awk 'NR == 2 { print $1 }')" '$3 ~ /^th_row_/ { print toupper(substr($3, 8)), bytes }'
done >"$lines.prepare"
awk '{ print $1 }' "$lines.kernels" | LC_ALL=C sort -u | while read -r op; do
	kernels=$(awk -v op="$op" '$1 == op && $2 != "-" { print $2 }' "$lines.kernels" | LC_ALL=C sort -u)
	row=$(printf '%s' "$op" | sed 's/^Signal\(.*\)/SIGNAL\1/; /^SIGNAL/s/\([a-z]\)\([A-Z]\)/\1_\2/g' | tr '[:lower:]' '[:upper:]' | sed 's/^SIGNAL\([^_]\)/SIGNAL_\1/')
	# shellcheck disable=SC2086  # kernels is a list of words
	printf '| %s | %d | %d | %s |\n' "$op" "$(printf '%s\n' $kernels | grep -c .)" "$(linked $kernels)" \
		"$(awk -v row="$row" '$1 == row { print $2 }' "$lines.prepare")"
done
