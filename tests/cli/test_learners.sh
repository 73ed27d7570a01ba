#!/bin/sh
# thimble train LEARNER, its test, its int8 form: classes and scores of strangeness from CSV.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# rows FILE SEED ROWS: two columns; label "far" where their sum is above 1, "near" elsewhere
rows() {
	awk -v s="$2" -v n="$3" 'BEGIN {srand(s); print "a,b,label"
		for (i = 0; i < n; i++) {x = 2 * rand() - 1; y = 2 * rand() - 1; printf "%.4f,%.4f,%s\n", x, y, (x + y > 1 ? "far" : "near")}}' >"$1"
}
rows "$tmp/train.csv" 1 600
rows "$tmp/val.csv" 2 200
rows "$tmp/test.csv" 3 300

# accuracy NET: in the last JSON that was printed, at least 0.9
# shellcheck disable=SC2317 # called by holds
accuracy() { sed "s/.*\"$1\":{\"accuracy\":\([0-9.]*\).*/\1/" "$tmp/out" | awk '{exit !($1 > 0.9)}'; }

for learner in logistic tree forest boost knn; do
	run train $learner --data "$tmp/train.csv" --val "$tmp/val.csv" --trees 20 --out "$tmp/m.tflite" --json
	exits "train $learner" 0
	holds "$learner: JSON" grep -q "\"learner\":\"$learner\",\"examples\":600" "$tmp/out"
	run test "$tmp/m.tflite" --data "$tmp/test.csv" --json; exits "test $learner" 0
	holds "$learner tells near from far" accuracy float
	run quantize "$tmp/m.tflite" --data "$tmp/train.csv" --out "$tmp/q.tflite"; exits "quantize $learner" 0
	run test "$tmp/q.tflite" --data "$tmp/test.csv" --json; exits "test $learner in int8" 0
	holds "$learner tells near from far in int8" accuracy int8
done

for learner in kmeans knn mixture pca; do
	run train $learner --data "$tmp/train.csv" --normal near --clusters 4 --out "$tmp/m.tflite"
	exits "train $learner on what is near" 0
	run test "$tmp/m.tflite" --data "$tmp/test.csv"; exits "test $learner" 0 'AUC'
	run test "$tmp/m.tflite" --data "$tmp/test.csv" --normal far --json; exits "test $learner: the other way round" 0
	holds "$learner: then strange is normal" sh -c "sed 's/.*\"auc\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 < 0.5)}'"
	run quantize "$tmp/m.tflite" --data "$tmp/train.csv" --out "$tmp/q.tflite"; exits "quantize $learner" 0
done

run train forest --data "$tmp/train.csv" --normal near; exits "a forest learns no score" 2 'kmeans, knn, mixture or pca'
run train kmeans --data "$tmp/train.csv" --normal middle; exits "a label that is none" 2 'middle'
run train tree --data "$tmp/train.csv" --depth 99; exits "a depth that is none" 2 'from 1 to 30'
run train forest; exits "a learner without rows" 2 'data FILE.csv'
finish
