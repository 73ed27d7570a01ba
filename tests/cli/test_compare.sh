#!/bin/sh
# thimble compare: the project's network and classic learners, their figures, records, and what becomes stale.
# Under sanitizers: make soak
. tests/cli/lib.sh

data=$tmp/data
for who in 1 2 3 4 5 6; do
	mkdir -p "$data/slow/$who" "$data/fast/$who"
	for speed in 1 5; do
		LC_ALL=C awk -v hz=$speed -v seed=$who 'BEGIN {srand(seed); print "x,y"; p = rand() * 6
			for (t = 0; t < 200; t++) printf "%.4f,%.4f\n", sin(6.2832 * hz * t / 50 + p), 0.2 * (rand() - 0.5)}' \
			>"$data/$([ $speed = 1 ] && echo slow || echo fast)/$who/1.csv"
	done
done
p=$tmp/steps
run new "$p" --task activity
run compare "$p"
exits "no data yet" 1 'nothing could be compared'
run data import "$data" --project "$p"
run compare "$p" --presets pca
exits "a learner that is for other tasks" 2 'network, knn, logistic, tree, forest, boost'
run train "$p" --epochs 15
cp "$p/model/float.tflite" "$tmp/before"
run compare "$p" --presets network,tree,logistic --json
exits "network and learners" 0 '"take":"(tree|logistic|activity-conv1d)"'
holds "three rows, none of them stale" sh -c "[ \$(grep -o '\"stale\":false' '$tmp/out' | wc -l) = 3 ]"
holds "the project's model is what it was" cmp "$p/model/float.tflite" "$tmp/before"
holds "rows name data, settings and model" sh -c "grep -q '\"data\": \"[0-9a-f]' '$p/model/compare.json' && grep -q '\"recipe\": \"[0-9a-f]' '$p/model/compare.json'"
run runs "$p" --json
holds "each learner is a run, with its figure" grep -q '"tree"' "$tmp/out"
run test "$p" --model "$p/model/compare/tree_int8.tflite" --json
said=$(sed 's/.*"int8":{[^}]*"accuracy":\([0-9.]*\).*/\1/' "$tmp/out")
holds "thimble test of its file says the same" sh -c "tr -d ' \n' <'$p/model/compare.json' | grep -q '\"name\":\"tree\"[^}]*\"score\":$said\|\"score\":${said}[^}]*\"name\":\"tree\"'"
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	holds "flash, RAM, instructions and those of features" sh -c "[ \$(grep -c '\"features_instructions\": [1-9]' '$p/model/compare.json') = 3 ] && [ \$(grep -c '\"flash\": [1-9]' '$p/model/compare.json') = 3 ]"
else
	skip "figures of the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
run compare "$p" --presets tree
exits "a table, with rows of before" 0 'logistic'
run report "$p"
holds "the report draws them" grep -q 'id="versus".*\|accuracy over bytes of flash' "$p/report.html"
holds "and calls nothing stale" sh -c "! grep -q 'stale: of other' '$p/report.html'"
sed 's/^window_ms = .*/window_ms = 1500/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run compare "$p" --presets tree
exits "other settings: what was not measured again is stale" 0 'logistic.*stale'
run report "$p"
holds "in the report, too" grep -q 'stale: of other' "$p/report.html"
run new "$tmp/words" --task keyword
run compare "$tmp/words"
exits "sounds have no learners" 1 'no classic learners'
finish
