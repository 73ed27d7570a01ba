#!/bin/sh
# soak-day.sh [HOURS] [PROJECT]   An hour, and HOURS (24) hours, of made-up sound through the host's streaming path: the most
# memory that each took, and whether the last hour was heard as the first. PROJECT: a trained one of words, else one of tones.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
hours=${1:-24} p=${2:-}
must() { run "$@"; [ $rc -eq 0 ] || { echo "soak-day: thimble $*: $(cat "$tmp/err")"; exit 1; }; }
figure() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/" "$tmp/out"; }
if [ -z "$p" ]; then
	p=$tmp/p
	tone_clips "$tmp/clips"
	must new "$p" --task keyword --labels "$word_a,$word_b"
	must data import "$tmp/clips" --project "$p"
	must train "$p" --preset tiny-conv --epochs 6
	must quantize "$p"
fi
must test "$p" --soak 1 --json
one=$(figure memory_peak_mb)
from=$(date +%s)
must test "$p" --soak "$hours" --json # a window that is heard otherwise is an error of the program
echo "soak: $hours h of sound in $(($(date +%s) - from)) s: $(figure memory_peak_mb) MB at most, $one MB for 1 h; $(figure windows) windows compared, $(figure differ) differ"
awk "BEGIN { exit !($(figure memory_peak_mb) < $one + 4) }" || { echo "soak-day: memory grows"; exit 1; }
