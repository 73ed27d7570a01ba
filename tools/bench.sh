#!/bin/sh
# bench.sh [SECTION..]   (make bench)   Measures everything or these sections, and writes what came out into docs/benchmarks.md, between the lines
# <!-- bench NAME --> and <!-- end -->.  What cannot be measured here keeps its old figures, with a word about that.
cd "$(dirname "$0")/.." || exit 1
thimble=build/o2/thimble features=build/o2/bench/bench_features shared=${THIMBLE_SHARED:-../shared} doc=docs/benchmarks.md
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT

only=$*
# wanted NAME: is this section to be measured?
wanted() { [ -z "$only" ] || case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }

# models NAME..: the paths of those that are here
models() {
	for name; do
		if [ -r "$shared/models/$name.tflite" ]; then
			echo "$shared/models/$name.tflite"
		else
			echo "skipped: there is no $shared/models/$name.tflite" >&2
		fi
	done
}

# section NAME: its new text is standard input; none: the old one stays
section() {
	cat >"$tmp/$1"
	[ -s "$tmp/$1" ] || { echo "skipped: $1; its old figures stay" >&2; return; }
	awk -v name="$1" -v text="$tmp/$1" '
		$0 == "<!-- end -->" { skip = 0 }
		!skip { print }
		$0 == "<!-- bench " name " -->" { skip = found = 1; while ((getline line < text) > 0) print line }
		END { exit !found }' $doc >"$tmp/doc" || { echo "bench.sh: $doc has no section $1" >&2; exit 1; }
	cat "$tmp/doc" >$doc
}

# shown COMMAND..: it with its output as a block, `thimble` being the program
shown() {
	"$@" >"$tmp/said" || return
	shift
	# shellcheck disable=SC2016  # Markdown
	printf '`thimble %s`, %s:\n\n```text\n' "$(echo "$*" | sed "s#$shared/models/##g")" "$(date -u +%Y-%m-%d)"
	cat "$tmp/said"
	echo '```'
}

seven='kws_ref_model vww_96_int8 pretrainedResnet_quant ad01_int8 person_detect micro_speech_quantized str_ww_ref_model'
number() { grep -o "\"$1\":[0-9.]*" "$tmp/json" | head -1 | cut -d: -f2; }

# board_row MODEL BOARD: a row of the table of boards; nothing where it does not fit
board_row() {
	THIMBLE_ISA=plain $thimble bench "$1" --board "$2" --json >"$tmp/json" 2>"$tmp/err" || { echo "skipped: $(cat "$tmp/err")" >&2; return; }
	plain=$(number instructions)
	$thimble bench "$1" --board "$2" --json >"$tmp/json" || return
	echo "$(basename "$1" .tflite) $2 $(sed 's/.*"kernels":"\([^"]*\)".*/\1/' "$tmp/json") $(number macs) $plain $(number instructions)" \
		"$(number ram) $(number flash_code) $(number flash_model)" | awk '{
		printf "| %s | %s | %s | %.2f M | %.2f M | %.1f | %.2f | %d | %d | %d |\n",
			$1, $2, $3, $5 / 1e6, $6 / 1e6, $5 / $6, $6 / $4, $7, $8, $9 }'
}

if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	# shellcheck disable=SC2046,SC2086  # lists of names
	wanted board && shown $thimble bench $(models $seven) --board nano33ble | section board
	# shellcheck disable=SC2046
	wanted layers && shown $thimble bench $(models kws_ref_model) --board nano33ble --layers | section layers
	: >"$tmp/rows"
	wanted boards && for model in $(models kws_ref_model pretrainedResnet_quant); do
		for board in nano33ble stm32f405 microbit m3 m7 m33 m55 rv32; do board_row "$model" "$board"; done
	done >"$tmp/rows"
	if [ -s "$tmp/rows" ]; then
		echo "Measured $(date -u +%Y-%m-%d):"; echo
		echo "| model | board | kernels | plain | instructions | times plain | per MAC | RAM | flash code | flash weights |"
		echo "|---|---|---|---|---|---|---|---|---|---|"
		cat "$tmp/rows"
	fi >"$tmp/table"
	wanted boards && section boards <"$tmp/table"
else
	echo "skipped: boards, since arm-none-eabi-gcc or qemu-system-arm is not installed (./run setup --device)" >&2
fi
# shellcheck disable=SC2046,SC2086
wanted host && shown $thimble bench $(models $seven vww_96_float pretrainedResnet_float trained_lstm_int8) --host --families --threads 2 | section host
wanted features && {
	echo "Measured $(date -u +%Y-%m-%d), the processor as above:"; echo
	echo "| what | time | |"
	echo "|---|---|---|"
	$features | awk -F, 'NF == 3 { print "| " $1 " | " $2 " | " $3 " |" }'
} | section features
echo "$doc is written"
