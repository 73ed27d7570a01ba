#!/bin/sh
# thimble train --data, test and quantize without a project: rows of numbers and an IDX file.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

# Two clouds of points, far apart, with a third column that says nothing.
rows() { # rows SEED N
	LC_ALL=C awk -v seed="$1" -v n="$2" 'BEGIN { srand(seed); print "a,b,c,what"
		for (i = 0; i < n; i++) { k = i % 2; printf "%.4f,%.4f,%.4f,%s\n", k * 40 + rand() * 9, 7 - k * 3 + rand(), rand(), k ? "far" : "near" } }'
}
rows 1 160 >"$tmp/train.csv"; rows 2 60 >"$tmp/val.csv"
printf '# input 1x1x3, classes 2\ndense 8 relu\ndense classes\n' >"$tmp/net.txt"
net() { run train "$tmp/net.txt" --data "$tmp/train.csv" --epochs 30 --learning-rate 0.03 --threads 1 --out "$tmp/net.tflite" "$@"; }

net --val "$tmp/val.csv" --json; exits "learns from a table" 0 '"val_accuracy":1'
cp "$tmp/net.tflite" "$tmp/first"
net --val "$tmp/val.csv"; exits "again" 0
holds "to the same bytes" cmp "$tmp/first" "$tmp/net.tflite"
run test "$tmp/net.tflite" --data "$tmp/val.csv" --json; exits "tested" 0 '"accuracy":1.0.*"auc":1.0.*"examples":60'
run test "$tmp/net.tflite" --data "$tmp/val.csv"; exits "two labels have an AUC" 0 'AUC +1.000 +-'
run test "$tmp/net.tflite"; exits "on nothing" 2 'data PATH'
run quantize "$tmp/net.tflite" --data "$tmp/train.csv" --val "$tmp/val.csv" --out "$tmp/i8.tflite"
exits "int8" 0 'integer: +100.0 % right'
run test "$tmp/i8.tflite" --data "$tmp/val.csv"; exits "which has the card, too" 0 'accuracy +- +100.0 %'
run quantize "$tmp/net.tflite" --data "$tmp/train.csv" --train 2 --json; exits "trained with integers" 0 '"training":'
run quantize "$tmp/net.tflite" --data "$tmp/train.csv" --train 2 --repair; exits "not with a repair" 2 'go together'
run train "$tmp/net.tflite" --data "$tmp/train.csv" --freeze dense --out "$tmp/x.tflite"
exits "a layer that is none" 2 'did you mean "dense1"'
holds "all are listed" grep -q 'dense2 *1x1x2' "$tmp/err"
run train "$tmp/net.tflite" --data "$tmp/train.csv" --cut dense1 --head "dense 6 relu; dropout 0.2; dense classes" \
	--freeze dense1 --keep 2 --epochs 12 --out "$tmp/head.tflite"
exits "another end" 0 'next: thimble test'
run inspect "$tmp/head.tflite"; exits "is in the model" 0 'FULLY_CONNECTED'
run train "$tmp/net.txt" --data "$tmp/train.csv" --head "dense classes"; exits "only of a trained one" 2 'trained before'
rows 3 9000 >"$tmp/many.csv"
run train "$tmp/net.txt" --data "$tmp/many.csv" --epochs 1 --out "$tmp/many.tflite"; exits "a large table" 0
holds "of which a thousand watch" grep -q 'note: without --val, 1000 of them' "$tmp/err"

# Autoencoders: one label is enough, and what comes out has the size of what goes in.
grep -v far "$tmp/train.csv" >"$tmp/near.csv"
printf 'dense 2\ndense 3\n' >"$tmp/auto.txt"
run train "$tmp/auto.txt" --data "$tmp/near.csv" --target input --epochs 5 --threads 1 --out "$tmp/auto.tflite"
exits "learns what goes in" 0 'auto.tflite'
run quantize "$tmp/auto.tflite" --data "$tmp/near.csv" --out "$tmp/auto8.tflite"; exits "in integers" 0 'bytes'
run quantize "$tmp/auto.tflite" --data "$tmp/near.csv" --train 2; exits "which are not trained" 2 'is an autoencoder'
sed 's/near/normal/' "$tmp/val.csv" >"$tmp/both.csv"
for m in auto auto8; do
	run test "$tmp/$m.tflite" --data "$tmp/both.csv" --json
	exits "$m is tested with both kinds" 0 '"auc":(1.0|0.9[0-9]*),"score_normal":[0-9.]+,"score_anomaly":[0-9.]+'
done
run test "$tmp/auto.tflite" --data "$tmp/near.csv"; exits "with one kind" 0 'score of the normal +[0-9.]+'
run test "$tmp/auto.tflite" --data "$tmp/val.csv"; exits "with two of which none is the normal one" 2 'say --normal'
run test "$tmp/auto.tflite" --data "$tmp/val.csv" --normal near; exits "that is named" 0 'AUC'

run train "$tmp/net.txt" --data "$tmp/near.csv" --target output; exits "no target" 2 'labels or input'
run train autoencoder-4 --data "$tmp/near.csv" --out "$tmp/x.tflite"; exits "of another size" 1 'gives 4; write'
run train "$tmp/net.txt" --data "$tmp/train.csv" --change turn,none; exits "no change and one" 2 'is none of'
run train "$tmp/net.txt" --data "$tmp/train.csv" --target input --loss cross-entropy; exits "classes of numbers" 2 'mse, mae or huber'

# refused CSV WORDS: a table that is wrong
refused() {
	run train "$tmp/net.txt" --data "$tmp/bad.csv" --out "$tmp/x.tflite"; exits "$1" 1 "$1"
}
{ cat "$tmp/train.csv"; echo '1,x,2,near'; } >"$tmp/bad.csv"; refused 'line 162: column 2 is no number'
{ cat "$tmp/train.csv"; echo '1,nan,2,near'; } >"$tmp/bad.csv"; refused 'line 162: column 2 is no number'
{ cat "$tmp/train.csv"; echo '1,2,near'; } >"$tmp/bad.csv"; refused 'line 162: column 3 is no number'
{ cat "$tmp/train.csv"; echo '1,2,3,4,near'; } >"$tmp/bad.csv"; refused 'more columns'
head -n 1 "$tmp/train.csv" >"$tmp/bad.csv"; refused 'has no rows'
grep -v far "$tmp/train.csv" >"$tmp/bad.csv"; refused 'one label only'
head -c 10000000 /dev/zero | tr '\0' 1 >"$tmp/bad.csv"; refused 'bad.csv'
{ cat "$tmp/val.csv"; echo '1,2,3,other'; } >"$tmp/bad.csv"
net --val "$tmp/bad.csv"; exits "a label that training lacks" 1 '"other" is not among'
mkdir "$tmp/nothing"
run train "$tmp/net.txt" --data "$tmp/nothing"; exits "an empty folder" 1 'has no pictures'

# One channel a thousand times as large as the others: int8 breaks it, and training with integers mends it, as it begins
# with equal channels (training alone does not move the scales).
LC_ALL=C awk 'BEGIN { srand(4); for (i = 0; i < 600; i++) { k = i % 3; t = rand() * 6.2832; r = 1 + k * 1.2 + (rand() - 0.5) / 2
	printf "%.4f,%.4f,%s\n", r * cos(t), r * sin(t), k } }' >"$tmp/rings.csv"
printf 'conv2d 16 1x1 relu\nconv2d 16 1x1 relu\ndense classes\n' >"$tmp/rings.txt"
run train "$tmp/rings.txt" --data "$tmp/rings.csv" --epochs 60 --learning-rate 0.02 --threads 1 --out "$tmp/rings.tflite"
exits "learns rings" 0
run edit "$tmp/rings.tflite" --stretch 0:3=1000 --out "$tmp/giant.tflite"; exits "with a giant channel" 0
run quantize "$tmp/giant.tflite" --data "$tmp/rings.csv"; exits "int8 is broken" 0 'integer: +[3-8][0-9]\.'
run quantize "$tmp/giant.tflite" --data "$tmp/rings.csv" --train 3 --threads 1; exits "and mended" 0 'trained: +(9[6-9]\.|100)'

# What can go wrong: a loss that explodes, one sample, an empty class, labels out of range, another's checkpoint, full disks.
run train "$tmp/auto.txt" --data "$tmp/train.csv" --target input --optimizer sgd --learning-rate 9 --out "$tmp/x.tflite"
exits "an exploding loss" 1 'diverged in epoch 1 .*--learning-rate'
holds "leaves no model" [ ! -e "$tmp/x.tflite" ]
head -n 2 "$tmp/train.csv" >"$tmp/one.csv"
run train "$tmp/auto.txt" --data "$tmp/one.csv" --target input --out "$tmp/x.tflite"; exits "one sample" 1 'at least 2 examples'
net --val "$tmp/one.csv"; exits "one sample to watch" 0
numbers() { # numbers LABELS: four examples of three numbers
	printf '\000\000\200\077%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 >"$tmp/n.bin"
	printf '%s\n' "$1" >"$tmp/n.labels"
	run train "$tmp/net.txt" --data "$tmp/n.bin" --size 1x1x3 --epochs 2 --out "$tmp/x.tflite"
}
numbers "0 2 0 2"; exits "an empty class" 0
holds "is said" grep -q 'no example of class 1 to train on' "$tmp/err"
run train "$tmp/net.txt" --data "$tmp/n.bin" --size 1x1x3 --class-weights auto; exits "which has no weight" 1 'class "1" has no training'
numbers "0 99 0 2"; exits "a label out of range" 1 'label 2 is 99, but .* at most 32 classes'
numbers "0 -1 0 2"; exits "a label below 0" 1 'label 2: a class number from 0'
numbers "0 1 0"; exits "a label that is missing" 1 'label 4'
printf '\000\000\300\177' | dd of="$tmp/n.bin" bs=4 seek=5 conv=notrunc 2>/dev/null
printf '0 1 0 1' >"$tmp/n.labels"
run train "$tmp/net.txt" --data "$tmp/n.bin" --size 1x1x3; exits "a NaN" 1 'example 2: its value 3 is no number'
printf '1,caf\351\n2,tea\n' >"$tmp/bad.csv"; refused 'not UTF-8'
cp "$tmp/net.tflite" "$tmp/kept"
"$thimble" train "$tmp/net.txt" --data "$tmp/train.csv" --epochs 3000 --threads 1 --out "$tmp/net.tflite" >/dev/null 2>&1 &
pid=$!
i=0; while [ $i -lt 200 ] && ! [ -e "$tmp/net.thc" ]; do sleep 0.02; i=$((i + 1)); done
kill -INT $pid 2>/dev/null; wait $pid
if [ -e "$tmp/net.thc" ]; then
	cp "$tmp/net.thc" "$tmp/x.thc"
	run train "$tmp/auto.txt" --data "$tmp/train.csv" --target input --out "$tmp/x.tflite" --resume
	exits "a checkpoint of another model" 2 'belongs to a training of another model'
else
	skip "a checkpoint of another model" "it was done before it could be stopped"
fi
rm -f "$tmp/net.thc" "$tmp/x.thc"
cp "$tmp/kept" "$tmp/net.tflite"
long() { "$thimble" train "$tmp/net.txt" --data "$tmp/train.csv" --epochs 99 --threads 1 --out "$tmp/net.tflite" "$@" >"$tmp/out" 2>"$tmp/err"; }
long; cp "$tmp/net.tflite" "$tmp/whole99"
cp "$tmp/kept" "$tmp/net.tflite"
(ulimit -f 8; long); rc=$?
exits "a disk that is full after some epochs" 1 'net\.thc: .*ulimit -f'
holds "says which epochs are done" grep -q '^epoch 1/99' "$tmp/err"
holds "leaves the model" cmp "$tmp/kept" "$tmp/net.tflite"
long --resume; rc=$?; exits "with room it goes on" 0
holds "to the same bytes" cmp "$tmp/whole99" "$tmp/net.tflite"
cp "$tmp/kept" "$tmp/net.tflite"

# IDX: 40 pictures of 4x4, dark or light.
idx() {
	printf '\000\000\010\003\000\000\000\050\000\000\000\004\000\000\000\004' >"$tmp/t-images-idx3-ubyte"
	printf '\000\000\010\001\000\000\000\050' >"$tmp/t-labels-idx1-ubyte"
	i=0
	while [ $i -lt 20 ]; do
		printf '\020\040\020\030\020\040\020\030\020\040\020\030\020\040\020\030' >>"$tmp/t-images-idx3-ubyte"
		printf '\320\340\320\330\320\340\320\330\320\340\320\330\320\340\320\330' >>"$tmp/t-images-idx3-ubyte"
		printf '\000\001' >>"$tmp/t-labels-idx1-ubyte"
		i=$((i + 1))
	done
}
idx
printf '# input 4x4x1, classes 2\ndense classes\n' >"$tmp/pic.txt"
pic() { run train "$tmp/pic.txt" --data "$tmp/t-images-idx3-ubyte" --out "$tmp/pic.tflite" --learning-rate 0.03 "$@"; }
pic --epochs 20 --pixels=-1..1; exits "pictures of an IDX file" 0
run test "$tmp/pic.tflite" --data "$tmp/t-images-idx3-ubyte"; exits "tested" 0 'accuracy +100.0 %'
pic --pixels 1..0; exits "black above white" 2 'two numbers'
cp "$tmp/t-images-idx3-ubyte" "$tmp/whole"
bad=0
for cut in 0 1 3 4 8 15 16 17 400 655; do
	head -c $cut "$tmp/whole" >"$tmp/t-images-idx3-ubyte"; pic
	[ $rc -eq 1 ] && [ -s "$tmp/err" ] || bad=$((bad + 1))
done
holds "cut IDX files are refused" [ $bad -eq 0 ]
finish
