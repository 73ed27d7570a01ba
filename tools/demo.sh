#!/bin/sh
# demo.sh [DIR]   The whole way once, with synthetic voices: data, training, int8, firmware, emulated board, report.
# DIR (default build/demo) is made new each time. DEMO_EPOCHS, DEMO_SEED and DEMO_PRESET may be set.
set -u
cd "$(dirname "$0")/.." || exit 1
dir=${1:-build/demo}
thimble=${THIMBLE:-build/thimble}
began=$(date +%s); n=0

# step TITLE COMMAND..: shows the command, runs it, stops the demo when it fails
step() {
	n=$((n + 1)); title=$1; shift
	printf '\n== %d. %s   [after %d s]\n$ %s\n' "$n" "$title" $(($(date +%s) - began)) "$*"
	"$@" && return
	echo "demo: step $n failed; the project so far is in $dir" >&2
	exit 1
}

tools/need.sh program espeak-ng || exit 1
if [ -e "$dir" ] && [ ! -e "$dir/thimble.ini" ]; then # never remove what is not a project of ours
	echo "demo: $dir exists and is no Thimble project; name another folder" >&2
	exit 1
fi
rm -rf "$dir"
step "A project that listens for yes and no" "$thimble" new "$dir" --task keyword --labels yes,no
step "Clips spoken by synthetic voices" "$thimble" data synth --project "$dir"
step "Is the data sound?" "$thimble" data check --project "$dir"
step "Training" "$thimble" train "$dir" ${DEMO_PRESET:+--preset "$DEMO_PRESET"} --epochs "${DEMO_EPOCHS:-30}" --seed "${DEMO_SEED:-1}"
step "From float to 8-bit integers" "$thimble" quantize "$dir"
step "How good is it on voices it has not heard?" "$thimble" test "$dir"
step "A minute of talk it has not heard, as one recording" "$thimble" data stream --project "$dir" --out "$dir/stream.wav"
step "What it hears there" "$thimble" test "$dir" --stream "$dir/stream.wav"
if tools/need.sh program arm-none-eabi-gcc qemu-system-arm; then
	step "Firmware for the board" "$thimble" deploy "$dir" --board nano33ble --as firmware --out "$dir/firmware/nano33ble"
	step "The emulated board listens to it, and to the test clips" "$thimble" emulate "$dir" --board nano33ble --feed "$dir/stream.wav" --clips
else
	echo "demo: so the device part is left out: no firmware, no emulated board." >&2
fi
step "The report" "$thimble" report "$dir"
printf '\nDone in %d s. Open %s in a browser; the project is yours to change, in the studio, too:\n  %s serve %s\n' \
	$(($(date +%s) - began)) "$dir/report.html" "$thimble" "$dir"
