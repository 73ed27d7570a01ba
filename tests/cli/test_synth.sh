#!/bin/sh
# A learner without data: thimble data synth makes some for each task, and what it learns from it is far above chance.
# Under sanitizers: make soak
. tests/cli/lib.sh

# learns TASK COUNT EPOCHS FIGURE LEAST: synthesised, trained, tested
learns() {
	p=$tmp/$1
	[ -d "$p" ] || run new "$p" --task "$1"
	run data synth --project "$p" --count "$2" --json
	exits "$1: data is made" 0 '"synthetic":[1-9]'
	run data synth --project "$p" --count "$2" --json
	exits "$1: the same once more adds nothing" 0 '"made":0'
	run train "$p" --epochs "$(shorter "$3" 1)"
	exits "$1: it trains" 0
	run test "$p" --json
	exits "$1: it is tested" 0
	[ "${TEST_SANITIZED-}" ] || holds "$1: $4 is at least $5" sh -c "sed 's/.*\"float\":{[^}]*\"$4\":\([0-9.]*\).*/\1/' '$tmp/out' | tail -n 1 | awk '{exit !(\$1 >= $5)}'"
	run report "$p"
	holds "$1: the report says what it is" grep -q '100 %</b> of them are synthetic' "$p/report.html"
	run data list --project "$p"
	exits "$1: so does the list" 0 '^synthetic: ([0-9]+) of \1$'
	run data check --project "$p"
	exits "$1: the check finds nothing that forbids training" 0
}
learns gesture 45 30 accuracy 0.7
learns activity 20 8 accuracy 0.7
learns anomaly 25 100 auc 0.9
run new "$tmp/image" --task image
sed 's/^size = .*/size = 32x32/; s/^preset = mob.*/preset = picture-conv/; s/^change = .*/change = flip/' "$tmp/image/thimble.ini" >"$tmp/ini" &&
	cp "$tmp/ini" "$tmp/image/thimble.ini"
learns image 250 12 accuracy 0.65
run new "$tmp/sine" --task sine
run data synth --project "$tmp/sine"
exits "what needs no data says so" 2 'needs no data'
run new "$tmp/odd" --task gesture --labels 3,ufo
run data synth --project "$tmp/odd"
exits "a label that cannot be made" 1 'Possible are: 0,1,2'
finish
