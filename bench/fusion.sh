#!/bin/sh
# fusion.sh [DIR]: sound and motion of a machine in two models, and in one of two inputs: what they get right, their
# memory and instructions on the emulated board. The machine is synthetic (machine.awk). The table of docs/tasks.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
thimble=${THIMBLE:-$here/../build/thimble}
dir=${1:-$(mktemp -d)}
pairs=${PAIRS:-24} # of each of the four states
mkdir -p "$dir" && cd "$dir"
make_one() { # KIND FILE UNBALANCED WORN SEED
	[ -s "$2" ] || LC_ALL=C awk -f "$here/machine.awk" kind="$1" seconds=4 unbalanced="$3" worn="$4" seed="$5" /dev/null >"$2"
}
seed=0
for state in 'fine 0 0' 'unbalanced 1 0' 'worn 0 1' 'both 1 1'; do
	# shellcheck disable=SC2086 # three words
	set -- $state
	mkdir -p "pairs/$1" "sound/$([ "$3" = 1 ] && echo knocks || echo hum)" "motion/$([ "$2" = 1 ] && echo shakes || echo even)"
	i=0
	while [ $i -lt "$pairs" ]; do
		seed=$((seed + 1))
		make_one wav "pairs/$1/$1$i.wav" "$2" "$3" $seed
		make_one csv "pairs/$1/$1$i.csv" "$2" "$3" $seed
		cp "pairs/$1/$1$i.wav" "sound/$([ "$3" = 1 ] && echo knocks || echo hum)/$1$i.wav"
		cp "pairs/$1/$1$i.csv" "motion/$([ "$2" = 1 ] && echo shakes || echo even)/$1$i.csv"
		i=$((i + 1))
	done
done

# two models, each of one sense
if [ ! -f hears/model/int8.tflite ]; then
	"$thimble" new hears --task keyword --labels knocks,hum
	"$thimble" data import sound --project hears
	"$thimble" train hears --preset tiny-conv && "$thimble" quantize hears
fi
if [ ! -f feels/model/int8.tflite ]; then
	"$thimble" new feels --task activity
	sed 's/^rate_hz = .*/rate_hz = 100/; s/^window_ms = .*/window_ms = 1000/; s/^hop_ms = .*/hop_ms = 500/' feels/thimble.ini >ini && mv ini feels/thimble.ini
	"$thimble" data import motion --project feels
	"$thimble" train feels && "$thimble" quantize feels
fi

# one model of both: the layers of the two, joined before the end
"$thimble" data pairs pairs --sound hears --sensor feels --out train.csv --test test.csv
cat >both.txt <<'END'
input 49x40x1
conv2d 8 10x8 stride 2x2 relu
dropout 0.5
flatten as sound
input 100x1x3
conv1d 32 5 bn relu
dropout 0.1
maxpool 2x1
conv1d 32 5 bn relu
dropout 0.1
maxpool 2x1
conv1d 48 3 bn relu
dropout 0.2
avgpool global as motion
concat sound motion
dense classes
END
[ -f both.tflite ] || "$thimble" train both.txt --data train.csv --epochs 20 --out both.tflite
"$thimble" quantize both.tflite --data train.csv --out both8.tflite | tail -n 4
echo "== two models, the first wakes the second; each alone is in the first two lines"
"$thimble" emulate hears --with feels --wake knocks --feed pairs/both/both0.wav --feed pairs/both/both0.csv --board nano33ble
"$thimble" test hears --json | tail -n 1 >hears.json
"$thimble" test feels --json | tail -n 1 >feels.json
echo "== one model"
"$thimble" test both8.tflite --data test.csv --on nano33ble
"$thimble" inspect both8.tflite --board nano33ble | tail -n 12
echo "everything is in $dir"
