#!/bin/sh
# accuracy.sh [SEEDS [TASKS]]   How good networks get on the real data of ../shared/data (or $THIMBLE_SHARED/data), on
# speakers, people, figures and times that the training never saw. SEEDS: "1 2 3" unless told. TASKS: some of "speech har
# wand adult fan skab horses fashion". One CSV line a run.
set -u
cd "$(dirname "$0")/.." || exit 1
data=${THIMBLE_SHARED:-../shared}/data
thimble=${THIMBLE:-build/thimble}
seeds=${1:-1 2 3}
work=build/accuracy
tasks=build/release/bench/accuracy/tasks

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

# ---- tasks that are no speech: bench/accuracy makes the examples, a .txt there describes the network ----

# numbers TASK: makes the examples of TASK once
numbers() {
	[ -d "$work/$1" ] || "$tasks" "$1" "$data" "$work/$1" 2>/dev/null
}

# user COMMAND..: runs it and gives its processor seconds
user() {
	("$@" >"$work/log" 2>&1 && times) | awk 'END {split($1, part, /[ms]/); print 60 * part[1] + part[2]}'
}

# outputs MODEL INPUTS: what the network says to them, into $work/out
outputs() { "$thimble" run "$1" --in "$2" --out "$work/out" >/dev/null; }

# row NAME SEED CPU FLOAT INT8
row() { printf '%s,%s,%s,%s,%s\n' "$@"; }

# classes NAME TASK NETWORK SIZE [TRAINING OPTIONS..]: float and int8 on the part test
classes() {
	name=$1 task=$2 network=$3 size=$4 model=$work/$1
	shift 4
	numbers "$task" || return
	for seed in $seeds; do
		cpu=$(user "$thimble" train "$network" --data "$work/$task/train.bin" --val "$work/$task/val.bin" --size "$size" \
			--seed "$seed" --threads 1 --out "$model.tflite" "$@")
		"$thimble" quantize "$model.tflite" --data "$work/$task/train.bin" --io float --out "${model}_int8.tflite" >/dev/null || return
		outputs "$model.tflite" "$work/$task/test.bin" || return
		float=$("$tasks" classes "$work/$task/test.labels" "$work/out")
		outputs "${model}_int8.tflite" "$work/$task/test.bin" || return
		row "$name" "$seed" "$cpu" "$float" "$("$tasks" classes "$work/$task/test.labels" "$work/out")"
	done
}

# autoencode DIR NETWORK VALUES SEED [OPTIONS..]: trains; DIR/float and DIR/int8 get inputs, labels and outputs of all parts
autoencode() {
	dir=$1 network=$2 size=1x1x$3 seed=$4
	shift 4
	"$thimble" train "$network" --data "$dir/train.bin" --val "$dir/val.bin" --target input --size "$size" --seed "$seed" --threads 1 \
		--out "$dir/float.tflite" "$@" >"$dir/log" 2>&1 || return
	"$thimble" quantize "$dir/float.tflite" --data "$dir/train.bin" --io float --out "$dir/int8.tflite" >/dev/null || return
	for kind in float int8; do
		mkdir -p "$dir/$kind"
		for part in train test other; do
			[ -f "$dir/$part.bin" ] || continue
			cp "$dir/$part.bin" "$dir/$part.labels" "$dir/$kind/"
			"$thimble" run "$dir/$kind.tflite" --in "$dir/$part.bin" --out "$dir/$kind/$part.out" >/dev/null || return
		done
	done
}

# errors KIND PART DIR..: AUC and F1 of the reconstruction errors
errors() {
	kind=$1 part=$2 files=
	shift 2
	for dir in "$@"; do files="$files $dir/$kind/train.bin $dir/$kind/$part.bin $dir/$kind/$part.labels"; done
	# shellcheck disable=SC2086 # a list of files without spaces
	"$tasks" errors $files
}

fan() {
	numbers fan || return
	for seed in $seeds; do
		autoencode "$work/fan" autoencoder-51 51 "$seed" || return
		for part in test other; do
			row "fan-$part" "$seed" - "$(errors float "$part" "$work/fan")" "$(errors int8 "$part" "$work/fan")"
		done
	done
}

skab() {
	numbers skab || return
	for seed in $seeds; do
		for dir in "$work"/skab/*/; do
			autoencode "${dir%/}" bench/accuracy/skab.txt 16 "$seed" --epochs 150 --learning-rate 0.005 || return
		done
		row skab "$seed" - "$(errors float test "$work"/skab/*)" "$(errors int8 test "$work"/skab/*)"
	done
}

# pictures NAME NETWORK TRAIN VAL TEST [TRAINING OPTIONS..]: what thimble test says of the float and the int8 model
pictures() {
	name=$1 network=$2 train=$3 val=$4 test=$5 model=$work/$1
	shift 5
	for seed in $seeds; do
		cpu=$(user "$thimble" train "$network" --data "$train" ${val:+--val "$val"} --seed "$seed" --out "$model.tflite" "$@")
		"$thimble" quantize "$model.tflite" --data "$train" --out "${model}_int8.tflite" >/dev/null || return
		float=$("$thimble" test "$model.tflite" --data "$test" --json | number float accuracy)
		row "$name" "$seed" "$cpu" "$float" "$("$thimble" test "${model}_int8.tflite" --data "$test" --json | number int8 accuracy)"
	done
}

# Every seventh figure of a class watches the training; those of "validation" are the test.
horses_parts() {
	for class in horses humans; do
		mkdir -p "$work/horses/train/$class" "$work/horses/val/$class"
		i=0 last=
		for file in "$data/horses_or_humans/train/$class"/*.png; do
			figure=${file##*/} && figure=${figure%-*}
			[ "$figure" = "$last" ] || i=$((i + 1)) last=$figure
			part=train; [ $((i % 7)) != 3 ] || part="val"
			cp "$file" "$work/horses/$part/$class/"
		done
	done
}

mkdir -p "$work"
want=${2:-}

# wanted NAME: no names were given, or this one
wanted() { [ -z "$want" ] || case " $want " in *" $1 "*) ;; *) false ;; esac; }

if wanted speech; then
echo "task,preset,seed,clips,float,int8,int8_balanced,seconds"
run speech-12 speech_commands ds-cnn yes,no,up,down,left,right,on,off,stop,go
run speech-4 speech_commands tiny-conv yes,no
run speech-4 speech_commands ds-cnn-s yes,no
run arabic arabic_commands ds-cnn yes,no,start,stop,open,close
run arabic-40 arabic_commands ds-cnn yes,no,start,stop,open,close --per-label 40
run digits fsdd ds-cnn-s zero,one,two,three,four,five,six,seven,eight,nine
fi

if [ -x "$tasks" ]; then
	echo "task,seed,cpu_seconds,float,int8"
	wanted har && classes har-phone har-sp bench/accuracy/har.txt 50x1x6 --epochs 20 --learning-rate 0.003
	wanted har && classes har-watch har-sw bench/accuracy/har.txt 50x1x6 --epochs 20 --learning-rate 0.003
	wanted wand && classes wand wand bench/accuracy/wand.txt 64x1x2
	wanted adult && classes adult adult mlp 1x1x107 --epochs 15
	wanted fan && fan
	wanted skab && skab
	photos=$data/horses_or_humans
	wanted horses && horses_parts
	wanted horses && pictures horses-scratch mobilenet-v1-0.25-96 "$work/horses/train" "$work/horses/val" "$photos/validation"
	wanted horses && pictures horses-vww "$data/../models/vww_96_float.tflite" "$work/horses/train" "$work/horses/val" "$photos/validation"
	clothes=$data/fashion_mnist
	wanted fashion && pictures fashion bench/accuracy/fashion.txt "$clothes/train-images-idx3-ubyte.gz" "" \
		"$clothes/t10k-images-idx3-ubyte.gz" --epochs 15 --batch 64 --learning-rate 0.004 --change flip,shift
fi
exit 0
