#!/bin/sh
# thimble test and thimble report, on a project that learns two tones in seconds.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

says() { holds "$1" grep -qaE -- "$2" "$tmp/out"; }
last() { tail -n 1 "$tmp/out"; }

run test "$tmp/nowhere"; exits "a project that is not there" 1 'nowhere'
run new "$tmp/p" --task keyword --labels "$word_a,$word_b"; exits "a project" 0
run test "$tmp/p"; exits "no model yet" 1 'thimble train'
run report "$tmp/p"; exits "a report of nothing" 0 'run: thimble test'
holds "says what to run" grep -q 'thimble train' "$tmp/p/report.html"

tone_clips "$tmp/clips" 16
run data import "$tmp/clips" --project "$tmp/p"; exits "import" 0
run train "$tmp/p" --preset tiny-conv --epochs 6; exits "training" 0

run test "$tmp/p"; exits "the test split" 0 '^accuracy +[0-9.]+ % +[0-9.]+ %'
holds "int8 was made on the way" [ -s "$tmp/p/model/int8.tflite" ]
says "the matrix has the Arabic label" "^$word_b +"
run test "$tmp/p" --json; exits "as JSON" 0 '"agreement":'
holds "on the last line, compact" sh -c "tail -n 1 '$tmp/out' | grep -q '^{\"float\":{\"accuracy\":[0-9.]*,\"balanced\":[0-9.]*,\"macro_f1\":[0-9.]*},\"int8\":{.*\"confusion\":{\"labels\":\\[\"$word_a\",\"$word_b\",\"unknown\",\"silence\"\\]'"
run test "$tmp/p" --json --each; exits "with every clip" 0 '"each":'
last >"$tmp/split.json"
# shellcheck disable=SC2317 # called by holds
people() { # the people's figures add up to those of the clips that have a person
	tr '[' '\n' <"$tmp/split.json" | awk '/"subject":/ { while (match($0, /"n":[0-9]+,"right":[0-9]+/)) {
			split(substr($0, RSTART, RLENGTH), v, /[:,]/); n += v[2]; right += v[4]; $0 = substr($0, RSTART + RLENGTH) } }
		/^"[0-9a-f]*","[^"]*","speaker/ { clips++; split($0, f, ","); well += f[5] == f[6] }
		END { exit !(n && n == clips && right == well) }'
}
holds "the people are those of the clips" people
holds "kept for the report" [ "$(cat "$tmp/p/model/test.json")" = "$(cat "$tmp/split.json")" ]

# the same from a folder: words that are no label count as unknown; the project is left alone
find "$tmp/p" -type f | sort | xargs cksum >"$tmp/before"
run test "$tmp/p" --data "$tmp/clips" --json; exits "every clip below a folder" 0 '"clips":58,' # 3 x 16 words and 10 s of room
find "$tmp/p" -type f | sort | xargs cksum >"$tmp/after"
holds "changes nothing in the project" cmp "$tmp/before" "$tmp/after"
head -c 100 /dev/urandom >"$tmp/clips/$word_a/broken.wav"
run test "$tmp/p" --data "$tmp/clips" --json; exits "with a broken clip" 0 '"clips":58,"unreadable":1,'
cp "$tmp/out" "$tmp/with_project.json"
run test "$tmp/p/model/int8.tflite" --data "$tmp/clips" --json; exits "from the model file alone" 0 '"clips":58,"unreadable":1,'
holds "gives the same int8 figures" sh -c "for f in with_project.json out; do grep -o '\"int8\":{\"accuracy\":[^}]*}' '$tmp'/\$f | head -n 1; done | uniq -c | grep -q ' 2 '"
THIMBLE_THREADS=1; export THIMBLE_THREADS
run test "$tmp/p" --data "$tmp/clips" --json; exits "with one thread" 0
holds "gives the same bytes" cmp "$tmp/with_project.json" "$tmp/out"
unset THIMBLE_THREADS

run test "$tmp/p/model/int8.tflite"; exits "a model file without clips" 2 '--data DIR'
run test "$tmp/p" --split tomorrow; exits "a split that is none" 2 'train, val, test or all'
run test "$tmp/p" --data "$tmp/clips" --split some; exits "a part that is none" 2 'train, val, test or all'
run test "$tmp/p" --split all; exits "all of a project" 2 'for --data'
# what a folder's own lists say is for testing, alone; of noise what the import would test with
(cd "$tmp/clips" && find "$word_a" -name '*.wav' ! -name broken.wav | sort | head -n 3) >"$tmp/clips/testing_list.txt"
run test "$tmp/p" --data "$tmp/clips" --json; exits "the listed clips of a folder" 0 '"clips":4,'
run test "$tmp/p" --data "$tmp/clips" --split all --json; exits "and all of it" 0 '"clips":58,'
echo "$word_a/nobody_nohash_0.wav" >"$tmp/clips/testing_list.txt"
run test "$tmp/p" --data "$tmp/clips" --json; exits "a list of other people" 0 '"clips":58,'
rm "$tmp/clips/testing_list.txt"
run data export "$tmp/edge" --project "$tmp/p" --split test --format edge-impulse
run test "$tmp/p/model/int8.tflite" --data "$tmp/edge" --json; exits "acquisition files" 0 '"clips":[1-9]'
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	run test "$tmp/p" --on nano33ble --json --each
	exits "the test clips on the emulated board" 0 '"device":\{"accuracy":.*"macro_f1":.*"board":"nano33ble","examples":[1-9][0-9]*,"differ":0\}'
	last >"$tmp/split.json"
	run test "$tmp/p/model/int8.tflite" --data "$tmp/clips" --on nano33ble
	exits "and a folder" 0 'float +int8 +nano33ble'
else
	skip "the test on the emulated board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
run test "$tmp/p" --stream "$tmp/nowhere.wav" --on nano33ble; exits "a stream and a board" 2 'thimble emulate'
if command -v bsdtar >/dev/null; then
	(cd "$tmp/clips" && bsdtar -a -cf "$tmp/clips.zip" .)
	run test "$tmp/p" --data "$tmp/clips.zip" --json; exits "an archive" 0 '"clips":58,'
else
	skip "an archive" "bsdtar is not here"
fi
run test "$tmp/p" --truth x.tsv; exits "truth without a stream" 2 '--stream'
mkdir "$tmp/void"
run test "$tmp/p" --data "$tmp/void"; exits "an empty folder" 1 'void'
run test "$tmp/p" --split val; exits "another split" 0 '^accuracy'
holds "is not taken for the test" [ "$(cat "$tmp/p/model/test.json")" = "$(cat "$tmp/split.json")" ]
head -c 500 "$tmp/p/model/int8.tflite" >"$tmp/cut.tflite"
run test "$tmp/cut.tflite" --data "$tmp/clips"; exits "a model that is cut off" 1 'cut.tflite'

# a long recording
run data stream --project "$tmp/p" --out "$tmp/long.wav" --seconds 20; exits "a long recording" 0
run test "$tmp/p" --stream "$tmp/long.wav"; exits "is judged by the truth beside it" 0 'false alarms +[0-9]+, [0-9.]+ per hour'
run test "$tmp/p" --stream "$tmp/long.wav" --json; exits "as JSON" 0 '^\{"stream":\{"seconds":20'
rm "$tmp/long.tsv"
run test "$tmp/p" --stream "$tmp/long.wav"; exits "without truth" 0 'detections'
printf 'one\ttwo\tthree\n' >"$tmp/bad.tsv"
run test "$tmp/p" --stream "$tmp/long.wav" --truth "$tmp/bad.tsv"; exits "a truth that is none" 1 'bad.tsv: line 1'
run test "$tmp/p" --stream "$tmp/nowhere.wav"; exits "a recording that is not there" 1 'nowhere.wav'

run test "$tmp/p" --each; exits "every clip without --json" 2 'belongs to --json'
run test "$tmp/p" --threshold 2; exits "a threshold that is none" 2 'threshold'
run test "$tmp/p/model/int8.tflite" --threshold 0.4; exits "the threshold of a file" 2 'PROJECT'
cp "$tmp/p/thimble.ini" "$tmp/ini"
run test "$tmp/p" --threshold 0.44 --json; exits "a threshold" 0 '^{"threshold":0.44}$'
holds "is in thimble.ini" grep -q '^threshold = 0.440' "$tmp/p/thimble.ini"
run inspect "$tmp/p/model/int8.tflite"; exits "and in the model" 0
cp "$tmp/ini" "$tmp/p/thimble.ini"

# the curve of false alarms per hour against misses, of a stream of validation clips, and a threshold chosen on it
cksum <"$tmp/p/thimble.ini" >"$tmp/before"
run test "$tmp/p" --curve --hours 0.05; exits "the curve" 0 '^0\.500 .*now'
says "as a picture" '^ +missed$'
says "says what 3 minutes cannot say" '^at most: fewer than'
says "per word" "^$word_a +[1-9]"
holds "leaves thimble.ini alone" sh -c "cksum <'$tmp/p/thimble.ini' | cmp - '$tmp/before'"
holds "is kept for the report" grep -q '"points":' "$tmp/p/model/curve.json"
run test "$tmp/p" --stream "$tmp/long.wav" --curve; exits "the curve without truth" 1 '--truth'
: >"$tmp/nothing.tsv"
run test "$tmp/p" --stream "$tmp/long.wav" --truth "$tmp/nothing.tsv" --curve --json
exits "of a recording without a word" 0 '"words":0,.*"points":\[\{"threshold":0.004,'
run test "$tmp/p" --curve --split test; exits "the curve of the test clips" 2 'validation clips'
run test "$tmp/p" --stream "$tmp/long.wav" --hours 1; exits "hours of a file" 2 '--hours'
run test "$tmp/p/model/int8.tflite" --choose 5; exits "a choice for a model file" 2 'PROJECT'
run test "$tmp/p" --choose 2000 --hours 0.05 --json
exits "a threshold is chosen" 0 '"asked_per_hour":2000.*"chosen":true'
chosen=$(last | sed 's/.*"marked":{"threshold":\([0-9.]*\).*/\1/')
holds "and written" grep -q "^threshold = $chosen" "$tmp/p/thimble.ini"
run test "$tmp/p" --choose 0.5 --hours 0.05
holds "it says that so few clips are too short" grep -q 'That takes 6.0 hours: more validation clips' "$tmp/err"

# settings for detection take effect without training
sed 's/^threshold = .*/threshold = 0.99/' "$tmp/p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$tmp/p/thimble.ini"
run test "$tmp/p" --stream "$tmp/long.wav" --json; exits "a new threshold" 0 '"threshold":0.99'

# the report
run report "$tmp/p"; exits "the report" 0 '^accuracy, int8 +[0-9.]+ %'
holds "with pictures and sound" grep -q 'src="data:audio/wav;base64,' "$tmp/p/report.html"
holds "without references" sh -c "! grep -qE 'https?:|<script|<link' '$tmp/p/report.html'"
cp "$tmp/p/report.html" "$tmp/first.html"
run report "$tmp/p" --json; exits "its figures as JSON" 0 '"duty_cycle_estimate":null'
holds "the same bytes again" cmp "$tmp/first.html" "$tmp/p/report.html"
rm "$tmp/p/report.html" && mkdir -p "$tmp/p/report.html/in the way"
run report "$tmp/p"; exits "a report that cannot be written" 1 'report.html'
run report "$tmp/nowhere"; exits "a report of no project" 1 'nowhere'
if command -v xmllint >/dev/null; then holds "well-formed" xmllint --noout "$tmp/first.html"; else skip "well-formed" "xmllint is not here"; fi
finish
