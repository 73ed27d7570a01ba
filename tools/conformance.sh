#!/bin/sh
# conformance.sh BUILD MCU   Runs the operators' tests of BUILD and prints docs/conformance.md: what was compared with
# what, and the text size of each operator in the Cortex-M4 objects below MCU (left out when they are not there).
set -eu
B=$1; mcu=$2
lines=$(mktemp); trap 'rm -f "$lines"' EXIT
for t in "$B"/tests/nn/test_* "$B"/tests/model/test_*; do
	case $t in *.o | *.d) continue ;; esac
	THIMBLE_CONFORMANCE=$lines "$t" >"$lines.log" 2>&1 || { cat "$lines.log" >&2; echo "conformance: $t failed: nothing is printed" >&2; rm -f "$lines.log"; exit 1; }
done
rm -f "$lines.log"

cat <<'EOF'
# Conformance

Printed by `make conformance`; every line was counted by a test that ran and passed.

Source of truth, and how equal:
* **second**: an independent second implementation in exact integers or double, in `tests` only; random shapes, strides, zero points,
  scales. Whole numbers are equal, or within the rounding that NUMERICS describes and the test states; floats within 1e-5.
* **TFLM**: outputs whose hash was taken when every byte equalled TensorFlow Lite Micro 90b983c2.
* **golden**: tensors of ../shared/goldens, made by TensorFlow Lite Micro: whole numbers byte for byte, floats within 1e-5 of the largest
  (counted here: all layers of the integer models; outputs of the float models are compared too).
* **hand**: cases computed by hand.

A type is that of the data; `/int4` has int4 weights. "any": an operator without tensors.

## Operator x type

| operator | type | second | TFLM | golden | hand | result |
|---|---|---|---|---|---|---|
EOF
awk '{ key = $1 " | " $2; n[key, $3] += $4; seen[key] }
END { for (k in seen) printf "| %s | %d | %d | %d | %d | equal |\n", k, n[k, "second"], n[k, "tflm"], n[k, "golden"], n[k, "hand"] }' "$lines" | LC_ALL=C sort
echo
awk '{ c[$1 " " $2]; n += $4 } END { for (k in c) t++; printf "%d pairs of operator and type, %d cases.\n", t, n }' "$lines"

[ -d "$mcu/src/nn" ] || exit 0
cat <<'EOF'

## Text size on Cortex-M4 (-Os)

Kernels: all object files that hold kernels of the family, every type (a firmware takes only those that its model needs).
Prepare: checks and tables, only needed where models are loaded while running; generated C has none of it.

| operators | kernels | prepare |
|---|---|---|
EOF
nm=arm-none-eabi-nm size=arm-none-eabi-size
for o in "$mcu"/src/nn/*.o; do
	case $o in *_prepare.o) continue ;; esac
	$nm "$o" | awk -v o="$o" '$2 == "T" { print $3, o }'
done >"$lines"
# what FILE.. need: the objects that hold it, except those that only help to prepare
need() {
	$nm -u "$@" | awk -v f="$lines" 'BEGIN { while ((getline l < f) > 0) { split(l, a, " "); at[a[1]] = a[2] } } $2 in at { print at[$2] }' | LC_ALL=C sort -u
}
helper='/(prepare|tensor|op|boxes|signal_options)\.o$'
for p in "$mcu"/src/nn/*_prepare.o; do
	rows=$($nm "$p" | awk '$3 ~ /^th_row_/ { print toupper(substr($3, 8)) }' | LC_ALL=C sort | paste -sd' ')
	[ -n "$rows" ] || continue
	objects=$(need "$p" | grep -vE "$helper" || true)
	$nm -u "$p" | grep -q ' th_boxes_' && objects="$objects $(need "$mcu/src/nn/boxes.o" | grep -vE "$helper")"
	kernels=0
	# shellcheck disable=SC2086  # objects is a list of words
	for o in $(printf '%s\n' $objects | LC_ALL=C sort -u); do kernels=$((kernels + $($size "$o" | awk 'NR == 2 { print $1 }'))); done
	printf '| %s | %d | %d |\n' "$rows" "$kernels" "$($size "$p" | awk 'NR == 2 { print $1 }')"
done | LC_ALL=C sort
