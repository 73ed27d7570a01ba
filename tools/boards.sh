#!/bin/sh
# boards.sh [BOARD..]   (make boards)   Every model of ../shared/models with an input in ../shared/goldens, on every emulated board that it
# fits: the bytes must be those of this computer. Prints what was measured.
cd "$(dirname "$0")/.." || exit 1
thimble=${THIMBLE:-build/thimble} shared=${THIMBLE_SHARED:-../shared} bad=0 good=0
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$tmp/json"; }

[ $# -gt 0 ] || set -- nano33ble stm32f405 microbit m3 m7 m33 m55 rv32
for board; do
	for model in "$shared"/models/*.tflite; do
		name=$(basename "$model" .tflite)
		for in in "$shared/goldens/$name".*.in.bin; do break; done # the first one
		[ -f "$in" ] || continue
		if ! "$thimble" emulate "$model" --board "$board" --in "$in" --out "$tmp/out" --json >"$tmp/json" 2>"$tmp/err"; then
			if grep -q 'does not fit' "$tmp/err"; then
				echo "$board $name: does not fit"
			else
				echo "$board $name: FAILED: $(cat "$tmp/err")"; bad=$((bad + 1))
			fi
		else # emulate has compared every byte with what this computer gives
			good=$((good + 1))
			echo "$board $name: $(number instructions_max) instructions, RAM $(number ram), stack $(number stack) of $(number stack_bound)," \
				"code $(number flash_code), weights $(number flash_model)"
		fi
	done
done
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ] && [ "$good" -gt 0 ]
