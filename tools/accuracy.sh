#!/bin/sh
# accuracy.sh [SEEDS]   How good networks get on the real recordings of ../shared/data (or $THIMBLE_SHARED/data), on
# speakers that the training never heard: the split "test" of each project. SEEDS: "1 2 3" unless told. One CSV line a run.
set -u
cd "$(dirname "$0")/.." || exit 1
data=${THIMBLE_SHARED:-../shared}/data
thimble=${THIMBLE:-build/thimble}
seeds=${1:-1 2 3}
work=build/accuracy

[ -d "$data" ] || { echo "SKIP: $data is not here; it has the recordings" >&2; exit 0; }

# number TYPE KEY: that number inside "TYPE":{..} of the JSON on stdin
number() { sed "s/.*\"$1\":{[^}]*\"$2\":\([0-9.]*\).*/\1/"; }

# train_and_test DIR SET PRESET LABELS SEED [IMPORT OPTIONS..]: the JSON of thimble test
train_and_test() {
	dir=$1 set=$2 preset=$3 labels=$4 seed=$5
	shift 5
	rm -rf "$dir"
	"$thimble" new "$dir" --task keyword --labels "$labels" --preset "$preset" >/dev/null || return
	"$thimble" data import "$data/$set" --project "$dir" "$@" >/dev/null 2>"$dir/log" || return
	"$thimble" train "$dir" --seed "$seed" >/dev/null 2>>"$dir/log" || return
	"$thimble" quantize "$dir" >/dev/null || return
	"$thimble" test "$dir" --json | tail -n 1
}

# run NAME SET PRESET LABELS [IMPORT OPTIONS..]
run() {
	name=$1 set=$2 preset=$3 labels=$4
	shift 4
	[ -d "$data/$set" ] || { echo "SKIP: $data/$set is not here" >&2; return; }
	for seed in $seeds; do
		began=$(date +%s)
		json=$(train_and_test "$work/$name-$preset-$seed" "$set" "$preset" "$labels" "$seed" "$@")
		[ -n "$json" ] || { echo "accuracy: $name failed; see $work/$name-$preset-$seed/log" >&2; exit 1; }
		printf '%s,%s,%s,%s,%s,%s,%s,%s\n' "$name" "$preset" "$seed" "$(printf %s "$json" | sed 's/.*"clips":\([0-9]*\).*/\1/')" \
			"$(printf %s "$json" | number float accuracy)" "$(printf %s "$json" | number int8 accuracy)" \
			"$(printf %s "$json" | number int8 balanced)" $(($(date +%s) - began))
	done
}

mkdir -p "$work"
echo "task,preset,seed,clips,float,int8,int8_balanced,seconds"
run speech-12 speech_commands ds-cnn yes,no,up,down,left,right,on,off,stop,go
run speech-4 speech_commands tiny-conv yes,no
run speech-4 speech_commands ds-cnn-s yes,no
run arabic arabic_commands ds-cnn yes,no,start,stop,open,close
run arabic-40 arabic_commands ds-cnn yes,no,start,stop,open,close --per-label 40
run digits fsdd ds-cnn-s zero,one,two,three,four,five,six,seven,eight,nine
