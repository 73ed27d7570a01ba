#!/bin/sh
# A machine that learns from what is normal alone: its own recordings, and the layouts of fan_vibration, skab and nab.
. tests/cli/lib.sh

# fan: two configurations at one speed, 40 s at 50 rows a second; 1 swings more
LC_ALL=C awk 'BEGIN {srand(1); print "wconfid,pctid,x,y,z"
	for (c = 1; c <= 3; c += 2) for (t = 0; t < 2000; t++)
		printf "%d,60,%.4f,%.4f,%.4f\n", c, (c == 1 ? 0.5 : 0.1) * sin(t * 1.9) + 0.05 * rand(), 0.1 * rand(), 1 + 0.05 * rand()}' >"$tmp/fan.csv"
p=$tmp/fan
run new "$p" --task anomaly
exits "a project" 0 'data import'
run train "$p"
exits "no data yet" 1 'has no data yet'
run data import "$tmp/fan.csv" --project "$p" --json
exits "normal is cut in time" 0 '"imported":4,.*"train":1,"val":1,"test":2'
holds "settings that suit the data are in thimble.ini" grep -q '^blocks = stats sd; spectral 16 bands' "$p/thimble.ini"
run train "$p" --epochs 60
exits "it learns" 0
run quantize "$p"
exits "it becomes integers" 0
run test "$p" --json
exits "it is tested" 0 '"auc":.*"f1":.*"false_alarms":'
holds "the anomaly is found" sh -c "sed 's/.*\"int8\":{\"auc\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 > 0.95)}'"
run test "$p"
exits "the same for people" 0 'AUC'
run report "$p"
exits "it has a report" 0
holds "the report has the ROC" grep -q 'ROC' "$p/report.html"
holds "with the threshold on it" grep -q '>the threshold<' "$p/report.html"
run train "$p" --preset kmeans
exits "a classic learner" 0
run test "$p" --data "$tmp/fan.csv" --json
exits "and its test on a file" 0 '"auc":'
mkdir -p "$tmp/words/normal" "$tmp/words/broken"
awk -F, '$1 != 1 {print $3 "," $4 "," $5}' "$tmp/fan.csv" >"$tmp/words/normal/1.csv"
awk -F, '$1 != 3 {print $3 "," $4 "," $5}' "$tmp/fan.csv" >"$tmp/words/broken/1.csv"
run test "$p" --data "$tmp/words" --json
exits "whatever is not normal is an anomaly" 0 '"int8":\{"auc":(1|0\.9)'
rm -r "$tmp/words/normal"
run test "$p/model/int8.tflite" --data "$tmp/words" --json
exits "anomalies alone, with the model alone" 0 '"auc":null,.*"recall":(1|0\.[5-9])'
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	run test "$p" --data "$tmp/fan.csv" --on nano33ble --json
	exits "the learner as generated C on the emulated board" 0 '"device":\{"auc":.*"f1":.*"false_alarms":.*"differ":0\}'
else
	skip "the test on the emulated board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
# the threshold that costs least: without faults an assumption that is said, with some in val they are counted
sed 's/^threshold = .*/threshold = cost/; s/^cost_miss = .*/cost_miss = 100/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p" --preset kmeans
exits "a threshold by cost" 0
holds "and what it takes for granted" grep -q "No fault is watched, so any score of one up to [0-9.]* is taken to be as likely" "$tmp/err"
run data set split=val --label anomaly --project "$p"
exits "faults that watch" 0
run train "$p" --preset kmeans
holds "are counted" grep -q "([0-9]* normal ones and [0-9]* of faults are watched)" "$tmp/err"
run data set split=test --label anomaly --project "$p"
sed 's/^threshold = .*/threshold = percentile/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p" --loss cross-entropy
exits "a loss of classes" 2 'numbers'

# skab and nab: each file brings what is normal of it
mkdir -p "$tmp/skab" "$tmp/nab/data" "$tmp/nab/labels"
LC_ALL=C awk 'BEGIN {srand(2); print "datetime;A;B;C;D;E;F;G;H;anomaly;changepoint"
	for (t = 0; t < 700; t++) {printf("2020-02-08 %02d:%02d:%02d", 10 + int(t / 3600), int(t / 60) % 60, t % 60)
		for (k = 0; k < 8; k++) printf(";%.4f", k + rand() * (t > 550 ? 3 : 1)); printf(";%d.0;0.0\n", (t > 550))}}' >"$tmp/skab/1.csv"
run new "$tmp/s" --task anomaly
run data import "$tmp/skab" --project "$tmp/s" --json
exits "skab" 0 '"layout":"skab","imported":3'
run train "$tmp/s" --epochs 40
exits "skab is learnt" 0
run test "$tmp/s" --data "$tmp/skab" --json
exits "and tested" 0 '"auc":0.9|"auc":1'
run emulate "$tmp/s" --feed "$tmp/skab/1.csv"
if grep -q "setup --device" "$tmp/err"; then
	skip "a device learns what is usual at its machine" "the emulator is not here"
else
	exits "a device learns what is usual at its machine" 0 '"label":"anomaly"'
	holds "and says what this computer says" grep -q 'device equals host *yes' "$tmp/out"
	holds "from the first 400 rows" grep -q 'the first 400 rows (400 s) said what is usual' "$tmp/err"
fi
LC_ALL=C awk 'BEGIN {srand(3); print "timestamp,value"
	for (t = 0; t < 600; t++) printf("2014-04-%02d %02d:%02d:00,%.4f\n", 1 + int(t / 288), int(t / 12) % 24, t % 12 * 5, (t > 400 && t < 430 ? 9 : 1) + rand())}' >"$tmp/nab/data/1.csv"
echo '{"data/1.csv":[["2014-04-02 09:20:00.000000","2014-04-02 11:50:00.000000"]]}' >"$tmp/nab/labels/combined_windows.json"
run new "$tmp/n" --task anomaly
run data import "$tmp/nab" --project "$tmp/n" --json
exits "nab" 0 '"layout":"nab","imported":3'
run train "$tmp/n" --epochs 40
exits "nab is learnt" 0
run test "$tmp/n" --data "$tmp/nab" --json
exits "and tested" 0 '"nab_score":[-0-9.]*,"nab_best":[0-9.]*,"anomaly_windows":1,"windows_found":1'

# what is wrong is said
sed '3s/;[0-9.]*;/;much;/' "$tmp/skab/1.csv" >"$tmp/skab/2.csv" && rm "$tmp/skab/1.csv"
run data import "$tmp/skab" --project "$tmp/s"
exits "no number" 1 '2.csv, line 3, column [0-9]*: "much" is no number'
sed '3s/^2020-02-08/8.2.2020/' "$tmp/skab/2.csv" >"$tmp/skab/1.csv" && rm "$tmp/skab/2.csv"
run data import "$tmp/skab" --project "$tmp/s"
exits "no time" 1 '1.csv, line 3, column 1: a time such as'
echo '{"data/1.csv":[["2014"]]}' >"$tmp/nab/labels/combined_windows.json"
run test "$tmp/n" --data "$tmp/nab"
exits "windows that are none" 1 'a time such as'
sed 's/^percentile = .*/percentile = 120/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "no percentile" 1 'percentile is a number from 50 to 100'
finish
