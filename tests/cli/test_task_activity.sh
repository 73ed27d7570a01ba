#!/bin/sh
# Rows of a sensor: a folder per label, and the layout of har_phone_watch, both small and made here.
. tests/cli/lib.sh

# motion FILE HZ SEED HEAD LABEL: 4 s at 50 rows a second of two axes that swing at HZ
plain() {
	LC_ALL=C awk -v hz="$2" -v seed="$3" 'BEGIN {srand(seed); print "x,y"; p = rand() * 6
		for (t = 0; t < 200; t++) printf "%.4f,%.4f\n", sin(6.2832 * hz * t / 50 + p), 0.2 * (rand() - 0.5)}' >"$1"
}
har() { # FILE: 4 s of each label, at 100 rows a second
	LC_ALL=C awk -v seed="$2" 'BEGIN {srand(seed); print "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label"
		for (k = 0; k < 2; k++) for (t = 0; t < 400; t++) printf "%.4f,%.4f,%.4f,%.4f,0,%.4f,%d,%s\n", sin(t / (k ? 3 : 30)), rand() * 0.1, 9.8,
			rand() * 0.1, cos(t / (k ? 3 : 30)), 1657544371567 + (k * 400 + t) * 10, k ? "WALKING" : "SEATED"}' >"$1"
}

data=$tmp/data
for who in 1 2 3 4 5 6; do
	mkdir -p "$data/slow/$who" "$data/fast/$who"
	plain "$data/slow/$who/1.csv" 1 $who && plain "$data/fast/$who/1.csv" 5 $who
done
p=$tmp/steps
run new "$p" --task activity
exits "a project" 0 'data import'
run train "$p"
exits "no data yet" 1 'has no data yet.*data import'
run data import "$data" --project "$p" --json
exits "a folder per label" 0 '"imported":12'
holds "labels of the data are in thimble.ini" grep -q '^labels = fast, slow' "$p/thimble.ini"
run data import "$data" --project "$p" --json
exits "what is here is not taken twice" 0 '"imported":0,"already":12'
run train "$p" --epochs 15
exits "it trains" 0 'validation windows right'
run quantize "$p"
exits "it becomes integers" 0 '% right'
run test "$p" --json
exits "it is tested" 0 '"macro_f1":'
holds "slow and fast are told apart" sh -c "sed 's/.*\"int8\":{\"accuracy\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 > 0.9)}'"
run test "$p" --data "$data" --json
exits "a folder is tested" 0 '"int8":.*"examples":156,"unreadable":0,"left_out":0'
cp -r "$data" "$tmp/strange" && cp -r "$data/slow" "$tmp/strange/dancing"
run test "$p" --data "$tmp/strange" --json
exits "a label that the network lacks" 0 '"examples":156,"unreadable":0,"left_out":78'
holds "is told" grep -q 'examples were left out' "$tmp/err"
run test "$p" --data "$data" --split test
exits "a folder that says nothing has no test part" 1 'split all'
run report "$p"
exits "it has a report" 0
holds "features are kept" test -s "$p/cache/train.kept"
run deploy "$p" --as c --out "$tmp/c"
exits "it becomes C" 0
holds "whose outputs are those of here" sh -c "make -C '$tmp/c' test >/dev/null 2>&1"
holds "with the sensor around it" grep -q 'MODEL_AXES 2' "$tmp/c/model_sensor.h"
if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "boards" "arm-none-eabi-gcc or qemu-system-arm is not here"
else
	run emulate "$p" --feed "$data/fast/1/1.csv" --json
	exits "it runs on the board" 0 '"label":"fast".*"host_equal":true'
	holds "a recording of 4 s has 13 windows" grep -q '"windows":13' "$tmp/out"
	run emulate "$p" --feed "$tmp/none.csv"
	exits "no such feed" 1 'there is no file'
	printf 'x,y,z\n1,2,3\n' >"$tmp/three.csv"
	run emulate "$p" --feed "$tmp/three.csv"
	exits "rows of another sensor" 1 'three.csv has 3 channels .x,y,z., the model watches 2'
fi
sed 's/^blocks = .*/blocks = stats mean sd; spectral 8 bands/; s/^preset = .*/preset = forest/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "features and a classic learner" 0 'forest|float.tflite'
run test "$p"
exits "the learner is tested" 0 'accuracy'
sed 's/^blocks = .*/blocks = raw/; s/^change = .*/change = turn/; s/^summary = .*/summary = stats mean sd/' "$tmp/ini" >"$p/thimble.ini"
run train "$p" --preset forest
exits "a learner sees the summary" 0
run inspect "$p/model/float.tflite" --json
exits "and not the rows" 0 '"type":"float32","shape":.1,4.'
run quantize "$p"
exits "turned rows are none of its business" 0
cp "$tmp/ini" "$p/thimble.ini"

# har_phone_watch
mkdir -p "$tmp/har/DATA/s01" "$tmp/har/DATA/s02"
har "$tmp/har/DATA/s01/s01_01_sp.csv" 1 && har "$tmp/har/DATA/s02/s02_01_sw.csv" 2
run new "$tmp/h" --task activity
run data import "$tmp/har" --device phone --project "$tmp/h" --json
exits "the phone alone" 0 '"layout":"har_phone_watch","imported":1'
run data import "$tmp/har" --device clock --project "$tmp/h"
exits "no such device" 1 'recorded by a clock'
sed '5s/SEATED/SEATED,1/' "$tmp/har/DATA/s01/s01_01_sp.csv" >"$tmp/har/DATA/s01/s01_02_sp.csv"
run data import "$tmp/har" --project "$tmp/h"
exits "one bad file stops nothing" 0
holds "and is named with its line" grep -q 's01_02_sp.csv, line 5: it has more than 8 columns' "$tmp/err"

# what is wrong is said
sed 's/^blocks = .*/blocks = spectre/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "no such block" 1 'spectre'
mkdir -p "$tmp/one/slow" && cp "$data/slow/1/1.csv" "$tmp/one/slow"
run new "$tmp/o" --task activity
run data import "$tmp/one" --project "$tmp/o"
run train "$tmp/o"
exits "one label" 1 'one label only'
run new "$tmp/w" --task activity
sed 's/^window_ms = .*/window_ms = 9000/' "$tmp/w/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$tmp/w/thimble.ini"
run data import "$data" --project "$tmp/w"
run train "$tmp/w"
exits "windows longer than the recordings" 1 'as long as a window'
mkdir -p "$tmp/cols/slow" && printf 'x,y,z\n1,2,3\n' >"$tmp/cols/slow/1.csv"
run data import "$tmp/cols" --project "$p"
exits "other channels" 1 'slow/1.csv has the channels x,y,z'
printf 'x,y\n1,2\n3\n' >"$tmp/cols/slow/1.csv"
run data import "$tmp/cols" --project "$p"
exits "a row that is too short" 1 'slow/1.csv, line 3: it ends after column 1'
printf 'x,y\n1,2\n3,nan\n' >"$tmp/cols/slow/1.csv"
run data import "$tmp/cols" --project "$p"
exits "no number" 1 'line 3, column 2: "nan" is no number'
run data import "$tmp/nothing" --project "$p"
exits "no folder" 1 'there is no file or folder'
mkdir "$tmp/empty"
run data import "$tmp/empty" --project "$p"
exits "nothing to read" 1 'It reads: har_phone_watch'
finish
