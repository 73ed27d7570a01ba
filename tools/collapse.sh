#!/bin/sh
# collapse.sh [DIR]   A network that int8 breaks, and its repair: the figures of docs/quantization.md.
# Trains a keyword network on synthetic voices in DIR (default build/collapse, made new each time), makes one channel of
# its first layer a thousand times as large without changing what it computes, and quantises it with and without repair.
set -eu
cd "$(dirname "$0")/.."
dir=${1:-build/collapse}
thimble=${THIMBLE:-build/thimble}
tools/need.sh program espeak-ng || exit 1
if [ -e "$dir" ] && [ ! -e "$dir/thimble.ini" ]; then
	echo "collapse: $dir exists and is no Thimble project; name another folder" >&2
	exit 1
fi
rm -rf "$dir"

# show COMMAND..: prints it, and runs it
show() {
	printf '\n$ thimble %s\n' "$*"
	"$thimble" "$@"
}
show new "$dir" --task keyword --labels yes,no
"$thimble" data synth --project "$dir" >/dev/null
"$thimble" train "$dir" --preset ds-cnn --epochs "${EPOCHS:-20}" --seed 1 >/dev/null
show quantize "$dir" --debug
show test "$dir"
show edit "$dir/model/float.tflite" --stretch 0:3=1000 --out "$dir/model/float.tflite"
show quantize "$dir" --debug
show test "$dir"
show quantize "$dir" --repair
show test "$dir"
