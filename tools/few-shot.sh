#!/bin/sh
# few-shot.sh -- how many clips of a new word are enough (docs/tasks.md, "New words from few clips").
#
#   tools/few-shot.sh [FOLDER]      works in FOLDER (default: build/few-shot), takes some ten minutes
#
# The backbone learns the 13 English words of ../shared/data/speech_commands with 80 clips or more. The new words are four
# Arabic ones (arabic_commands); all English words are "unknown". 40 % of the speakers only test (of the English ones
# most have taught the backbone). Two Arabic words, open and close, are in no training: they are to be turned away.
# Every draw is another seed. KEEP=0 trains all layers, on from the backbone's. DRAWS, EPOCHS (of the backbone),
# SHOTS, KEEP, THIMBLE, DATA: from the environment.
# Prints a line for each number of shots: mean and standard deviation over the draws, of the int8 network.
set -eu
thimble=${THIMBLE:-build/thimble} data=${DATA:-../shared/data} at=${1:-build/few-shot}
draws=${DRAWS:-5} epochs=${EPOCHS:-25} shots=${SHOTS:-1 3 5 10} keep=${KEEP:-8} rate=
english=down,go,left,no,off,on,right,stop,up,yes,bed,cat,happy
arabic='yes no start stop'
[ "$keep" != 0 ] || rate="--learning-rate 0.0005"
mkdir -p "$at"

if ! [ -s "$at/backbone/model/float.tflite" ]; then
	"$thimble" new "$at/backbone" --task keyword --labels $english
	"$thimble" data import "$data/speech_commands" --project "$at/backbone"
	"$thimble" train "$at/backbone" --preset ds-cnn --epochs "$epochs"
fi >&2

words() { # words FROM TO WORD..
	from=$(cd "$1" && pwd) to=$2; shift 2
	mkdir -p "$to"
	for word in "$@"; do [ -e "$to/$word" ] || cp -r "$from/$word" "$to/$word"; done
}
# shellcheck disable=SC2086 # words are separated by blanks
words "$data/arabic_commands/dataset" "$at/new" $arabic
words "$data/arabic_commands/dataset" "$at/never" open close
for word in "$data"/speech_commands/[a-z]*/; do # LABEL/SPEAKER/FILE, so that nobody is on two sides
	word=$(basename "$word")
	for file in "$data/speech_commands/$word"/*.wav; do
		speaker=$(basename "${file%%_nohash*}")
		mkdir -p "$at/other/unknown/$speaker"
		cp "$file" "$at/other/unknown/$speaker/$word-$(basename "$file")"
	done
done

if ! [ -s "$at/words/thimble.ini" ]; then
	"$thimble" new "$at/words" --task keyword --labels "$(echo "$arabic" | tr ' ' ,)"
	"$thimble" data import "$at/new" --project "$at/words"
	"$thimble" data import "$at/other" --project "$at/words"
	"$thimble" data split --project "$at/words" --by subject --val 5 --test 40
fi >&2

# of the last line of JSON: the mean recall of the words, and how many of the others are known to be none
figures() { # figures PROJECT
	"$thimble" test "$1" --json | tail -n 1 >"$at/test.json"
	"$thimble" test "$1" --data "$at/never" --split all --json | tail -n 1 >"$at/never.json"
	python3 - "$at/test.json" "$at/never.json" <<'EOF'
import json, sys
t, n = (json.load(open(f)) for f in sys.argv[1:])
recall = [c["int8"]["recall"] for c in t["classes"] if c["label"] not in ("unknown", "silence")]
unknown = [c["int8"]["recall"] for c in t["classes"] if c["label"] == "unknown"][0]
turned = [c["int8"]["recall"] for c in n["classes"] if c["label"] == "unknown"][0]
print(sum(recall) / len(recall), unknown, turned)
EOF
}

summary() { # summary NAME: lines of three figures -> mean and deviation of each
	awk -v name="$1" '{ n++; for (i = 1; i <= 3; i++) { s[i] += $i; q[i] += $i * $i } }
		END { printf "%-24s %d", name, n
			for (i = 1; i <= 3; i++) { m = s[i] / n; v = n > 1 ? (q[i] - n * m * m) / (n - 1) : 0
				printf "   %5.1f +- %4.1f", 100 * m, 100 * sqrt(v > 0 ? v : 0) }
			print "" }'
}

echo "                     draws   words heard     other English   never heard, turned away"
for n in $shots; do
	seed=1
	while [ $seed -le "$draws" ]; do
		# shellcheck disable=SC2086 # an option and its value, or nothing
		"$thimble" train "$at/words" --from "$at/backbone" --shots "$n" --seed $seed --keep "$keep" $rate >&2
		figures "$at/words"
		seed=$((seed + 1))
	done | summary "$n shots"
done
[ "$keep" != 0 ] || exit 0
"$thimble" train "$at/words" --from "$at/backbone" >&2
figures "$at/words" | summary "all clips, last layer"
"$thimble" train "$at/words" --preset ds-cnn --epochs "$epochs" >&2
figures "$at/words" | summary "all clips, all layers"
