#!/bin/sh
# The first success: a project without data, from nothing to its report.
. tests/cli/lib.sh

p=$tmp/hello
run new "$p" --task sine
exits "a project without data" 0 'thimble train'
run train "$p" --json
exits "it trains at once" 0 '"val_rmse":0\.[01]'
run quantize "$p"
exits "it becomes integers" 0
run test "$p" --json
exits "the test says how far it is off" 0 '"rmse":'
rmse=$(sed 's/.*"int8":{"rmse":\([0-9.]*\).*/\1/' "$tmp/out")
holds "int8 is nearer than 0.1 (a constant 0 has 0.71): $rmse" awk "BEGIN {exit !($rmse > 0 && $rmse < 0.1)}"
run test "$p"
exits "the same for people" 0 'rmse .*0\.0'
run test "$p/model/int8.tflite" --json
exits "a model file alone: the curve is computed" 0 '^\{"int8":\{"rmse":0\.0'
LC_ALL=C awk 'BEGIN {print "x,y"; for (x = 0.1; x < 6.2; x += 0.1) printf "%.3f,%.6f\n", x, sin(x) + 1}' >"$tmp/higher.csv"
run test "$p" --data "$tmp/higher.csv" --json
exits "points of one's own, all 1 too high" 0 '"int8":\{"rmse":(1\.0|0\.9).*"examples":62'
mkdir "$tmp/points" && cp "$tmp/higher.csv" "$tmp/points/1.csv" && cp "$tmp/higher.csv" "$tmp/points/2.csv"
run test "$p/model/int8.tflite" --data "$tmp/points" --json
exits "a folder of them" 0 '"examples":124'
echo '3,much' >>"$tmp/higher.csv"
run test "$p" --data "$tmp/higher.csv"
exits "a point that is none" 1 'higher.csv, line 64, column 2: "much" is no number'
run test "$p" --data "$tmp/void.csv"
exits "no file" 1 'void.csv'
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	run test "$p" --on nano33ble --json
	exits "all points on the emulated board" 0 '"device":\{"rmse":0\.0.*"board":"nano33ble","examples":500,"differ":0\}'
	holds "its figure is that of int8" sh -c "grep -o '\"rmse\":[0-9.]*' '$tmp/out' | sed 1d | uniq -c | grep -q ' 2 '"
	run test "$p/model/float.tflite" --data "$tmp/points" --on microbit
	exits "a float model on a board without a float unit" 0 'microbit'
else
	skip "the test on the emulated board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
run test "$p" --on toaster
exits "no such board" 2 'nano33ble'
run report "$p"
exits "it has a report" 0
holds "the report draws the curve" grep -q 'The curve' "$p/report.html"
run runs "$p"
exits "the run is written down" 0 'sine'

# what is wrong is said
run new "$tmp/x" --task sinus
exits "no such task" 2 'keyword .*sine'
run new "$tmp/x" --task sine --labels a,b
exits "labels of a task without" 2 'leave out --labels'
run train "$p" --loss cross-entropy
exits "a loss of classes" 2 'mse'
sed 's/^noise = .*/noise = much/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "a wrong value" 1 'thimble.ini, line [0-9]+: noise is a number'
sed 's/^noise = .*/clip_ms = 1000/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "a key of another task" 1 'line [0-9]+: .*no key "clip_ms".*\[sine\] points'
finish
