#!/bin/sh
# thimble train: what it needs, what it leaves behind, the same bytes again, and nothing lost when it is stopped.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
p=$tmp/project

run train "$tmp/nothing"; exits "no project" 1 'thimble new'
run new "$p" --task keyword --labels "$word_a,$word_b"; exits "a project" 0
run train "$p"; exits "no clips yet" 1 'data import.*data synth'
mkdir -p "$tmp/one/$word_a" "$tmp/one/other"
wav "$tmp/one/$word_a/speaker1_nohash_0.wav" hz=500
run data import "$tmp/one" --project "$p"; exits "one clip" 0
run train "$p"; exits "a label without clips, another with one" 1 'only one clip|no clip'
tone_clips "$tmp/recordings" 10
run data import "$tmp/recordings" --project "$p"; exits "clips" 0
run train "$p" --preset huge; exits "a preset that is none" 2 'tiny-conv, ds-cnn-s, ds-cnn'
run train "$p" --epochs 0; exits "no epochs" 2 'epochs'
run train "$p" --threads 65; exits "too many threads" 2 'threads'
run train "$p" --resume; exits "nothing to go on from" 1 'without --resume'

short="--preset tiny-conv --epochs 3 --threads 2"
# shellcheck disable=SC2086
{
	run train "$p" $short --json; exits "three epochs" 0 '"preset":"tiny-conv".*"best_epoch":[123],"stopped":"finished"'
	cp "$p/model/float.tflite" "$tmp/first"
	holds "history.json has three epochs" test "$(grep -c '"val_accuracy"' "$p/model/history.json")" -eq 3
	run train "$p" $short; exits "once more" 0 'thimble test'
	holds "one line per epoch" grep -q '^epoch 3/3 .*validation loss' "$tmp/err"
	holds "the same seed gives the same bytes" cmp "$tmp/first" "$p/model/float.tflite"
	run train "$p" $short --seed 7; exits "another seed" 0
	holds "gives other bytes" sh -c "! cmp -s '$tmp/first' '$p/model/float.tflite'"

	printf '\002' | dd of="$p/model/checkpoint.thc" bs=1 seek=4 conv=notrunc 2>/dev/null
	run train "$p" $short --resume; exits "a checkpoint of before" 1 'checkpoint\.thc.*another version.*without --resume'
	printf 'damaged' >"$p/model/checkpoint.thc"
	run train "$p" $short --resume; exits "a damaged checkpoint" 1 'checkpoint\.thc.*without --resume'
}

# Stopped at some moment after the first epoch, by kill -9 and by Ctrl-C; if it is done before, nothing is lost either.
long="--preset tiny-conv --epochs 6 --threads 2"
# shellcheck disable=SC2086
for signal in KILL INT; do
	rm -f "$p/model/checkpoint.thc"
	run train "$p" $long; cp "$p/model/float.tflite" "$tmp/whole"
	cp "$tmp/first" "$p/model/float.tflite"
	rm -f "$p/model/checkpoint.thc"
	"$thimble" train "$p" $long >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	while kill -0 $pid 2>/dev/null && ! [ -e "$p/model/checkpoint.thc" ]; do sleep 0.05; done
	kill -$signal $pid 2>/dev/null
	wait $pid; rc=$?
	holds "stopped by $signal: a whole model is there" sh -c "cmp -s '$tmp/first' '$p/model/float.tflite' || cmp -s '$tmp/whole' '$p/model/float.tflite'"
	[ $signal = INT ] && [ $rc -ne 0 ] && holds "it says how to go on" grep -q "thimble train $p --preset tiny-conv --epochs 6 --threads 2 --resume" "$tmp/err"
	run train "$p" $long --resume; exits "goes on after $signal" 0
	holds "to the same bytes as in one go" cmp "$tmp/whole" "$p/model/float.tflite"
done
run train "$p" --preset tiny-conv --epochs 13 --resume; exits "a checkpoint of other settings" 2 'same ones|without --resume'

run train "$p" --preset tiny-conv --epochs 2 --optimizer sgd --learning-rate 9 --clip 0; exits "an exploding loss" 1 'diverged in epoch .*smaller learning_rate'
holds "leaves the model" cmp "$tmp/whole" "$p/model/float.tflite"
printf '# thimble index 1\nfile\tlabel\tsplit\tspeaker\tword\tsource\thash\tsamples\nx.wav\ta/b\ttrain\t\tx\tx\t00\t1\n' >"$p/data/index.tsv"
run train "$p" --preset tiny-conv --epochs 1; exits "an index of before with a label that is none" 1 'index.tsv, line 3: the label is not'
rm -f "$p/data/index.tsv"

rm -rf "$p/model"; : >"$p/model"
run train "$p" --preset tiny-conv --epochs 1; exits "a file where the folder should be" 1 'model'
finish
