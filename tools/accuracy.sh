#!/bin/sh
# accuracy.sh [SEEDS [TASKS [FOLDS]]]   How good networks get on the real data of ../shared/data (or $THIMBLE_SHARED/data), on
# people, figures, speeds and times that the training never saw. Each task is a project with the recipe that `thimble new`
# and `data import` write. SEEDS: "1 2 3" unless told. TASKS: some of "har wand fan skab adult fashion horses speech-4
# speech-12 arabic"; all unless told. FOLDS of har: "0 1 2 3" unless told. One CSV line a run; the scores are accuracy, or
# what the name of the task ends with: of the float model, of int8, and of int8 on the emulated board $BOARD (nano33ble;
# "-" where its tools are missing or the model does not fit it; BOARD="" leaves it out).
set -u
cd "$(dirname "$0")/.." || exit 1
data=${THIMBLE_SHARED:-../shared}/data
thimble=${THIMBLE:-build/thimble}
seeds=${1:-1 2 3}
want=${2:-}
folds=${3:-0 1 2 3}
board=${BOARD-nano33ble}
preset=
work=build/accuracy

[ -d "$data" ] || { echo "SKIP: $data is not here; it has the recordings" >&2; exit 0; }

# wanted NAME: no names were given, or this one
wanted() { [ -z "$want" ] || case " $want " in *" $1 "*) ;; *) false ;; esac; }

# number TYPE KEY: that number inside "TYPE":{..} of the JSON on stdin; - when there is none
number() { sed "/\"$1\":{[^}]*\"$2\":/!s/.*/-/; s/.*\"$1\":{[^}]*\"$2\":\([0-9.]*\).*/\1/"; }

# tested WHAT..: `thimble test WHAT`, its JSON; on the board, too, when that can be. Outputs that differ are a failure.
tested() {
	if [ -n "$board" ]; then
		if "$thimble" test "$@" --on "$board" --json 2>>"$work/log" >"$work/json"; then
			tail -n 1 "$work/json"
			return
		fi
		[ ! -s "$work/json" ] || return 1
	fi
	"$thimble" test "$@" --json 2>>"$work/log" | tail -n 1
}

# cpu COMMAND..: runs it and gives its processor seconds
cpu() { ("$@" >>"$work/log" 2>&1 && times) | awk 'NR == 2 {split($1, part, /[ms]/); print 60 * part[1] + part[2]}'; }

# project NAME TASK SET [NEW OPTIONS..] [-- IMPORT OPTIONS..]: a new project with the data of SET
project() {
	dir=$work/$1 task=$2 set=$data/$3 new=
	shift 3
	while [ $# -gt 0 ] && [ "$1" != -- ]; do new="$new $1"; shift; done
	[ $# -eq 0 ] || shift
	rm -rf "$dir"
	# shellcheck disable=SC2086 # options without spaces
	"$thimble" new "$dir" --task "$task" $new >>"$work/log" 2>&1 &&
		"$thimble" data import "$set" --project "$dir" "$@" >>"$work/log" 2>&1
}

# row NAME [SCORE..]: trains the project of that name with every seed and tests both of its networks; with $preset set,
# that one in place of the project's
row() {
	name=$1${preset:+-$preset} dir=$work/$1
	shift
	for seed in $seeds; do
		took=$(cpu "$thimble" train "$dir" --seed "$seed" --threads 1 ${preset:+--preset "$preset"})
		"$thimble" quantize "$dir" >>"$work/log" 2>&1
		json=$(tested "$dir")
		if [ -z "$took" ] || [ -z "$json" ]; then
			echo "accuracy: $name failed; see $work/log" >&2
			return 1
		fi
		for score in "${@:-accuracy}"; do
			printf '%s%s,%s,%s' "$name" "${1:+-$score}" "$seed" "$took"
			for net in float int8 device; do printf ',%s' "$(echo "$json" | number $net "$score")"; done
			echo
		done
	done
}

# wand_raster: the strokes as pictures
wand_raster() {
	project wand-raster gesture magic_wand_digits || return
	sed -i 's/^strokes *=.*/strokes = raster/' "$work/wand-raster/thimble.ini"
	preset=gesture-raster
	row wand-raster
	preset=
}

# Four times another quarter of the people tests; two more watch the training.
har() {
	for fold in $folds; do
		name=har-$1-fold$fold i=0
		project "$name" activity har_phone_watch -- --device "$1" || return
		for subject in "$data"/har_phone_watch/DATA/s*/; do
			subject=$(basename "$subject") part=train
			[ $((i % 4)) != "$fold" ] || part="test"
			[ $((i % 8)) != $(((fold + 1) % 4)) ] || part="val"
			"$thimble" data set --project "$work/$name" --subject "$subject" split="$part" >>"$work/log" 2>&1
			i=$((i + 1))
		done
		for preset in "" mlp forest boost; do row "har-$1-fold$fold" || return; done
		preset=
	done
}

# Every third speed only tests, one in the middle watches the training.
fan_speeds() {
	project fan-speeds anomaly fan_vibration || return
	for speed in 50=train 60=test 65=train 70=val 75=test 85=train 90=train 95=test 100=train; do
		"$thimble" data set --project "$work/fan-speeds" --name "configuration 3, speed ${speed%=*}#" \
			split="${speed#*=}" >>"$work/log" 2>&1 || return
	done
	row fan-speeds auc f1
}

# adult is a table: no project, but the same networks and learners
adult() {
	mkdir -p "$work/adult"
	for part in train val test; do
		awk -v part="$part" -f tools/adult.awk "$data/adult/adult.data" "$data/adult/adult.data" >"$work/adult/$part.csv"
	done
	for learner in mlp logistic tree forest boost; do
		model=$work/adult/$learner
		for seed in $seeds; do
			took=$(cpu "$thimble" train $learner --data "$work/adult/train.csv" --val "$work/adult/val.csv" --seed "$seed" \
				--threads 1 --out "$model.tflite")
			"$thimble" quantize "$model.tflite" --data "$work/adult/train.csv" --out "${model}_int8.tflite" >>"$work/log" 2>&1
			json=$(tested "${model}_int8.tflite" --data "$work/adult/test.csv") || return
			printf 'adult-%s,%s,%s,%s,%s,%s\n' $learner "$seed" "$took" \
				"$("$thimble" test "$model.tflite" --data "$work/adult/test.csv" --json | tail -n 1 | number float accuracy)" \
				"$(echo "$json" | number int8 accuracy)" "$(echo "$json" | number device accuracy)"
		done
	done
}

mkdir -p "$work"
: >"$work/log"
words="yes,no,up,down,left,right,on,off,stop,go" arabic="yes,no,start,stop,open,close"
echo "task,seed,cpu_seconds,float,int8,device"
wanted har && har phone
wanted har && har watch
wanted wand && project wand gesture magic_wand_digits && row wand
wanted wand && wand_raster
wanted fan && project fan anomaly fan_vibration && row fan auc f1
wanted fan && fan_speeds
wanted skab && project skab anomaly skab && row skab auc f1
wanted adult && adult
wanted fashion && project fashion image fashion_mnist && row fashion
wanted horses && project horses image horses_or_humans && row horses
wanted speech-4 && project speech-4 keyword speech_commands --labels yes,no --preset tiny-conv && row speech-4 accuracy balanced
wanted speech-4 && project speech-4-s keyword speech_commands --labels yes,no && row speech-4-s accuracy balanced
wanted speech-12 && project speech-12 keyword speech_commands --labels $words --preset ds-cnn && row speech-12
wanted arabic && project arabic keyword arabic_commands --labels $arabic --preset ds-cnn && row arabic
wanted arabic && project arabic-40 keyword arabic_commands --labels $arabic --preset ds-cnn -- --per-label 40 && row arabic-40
exit 0
