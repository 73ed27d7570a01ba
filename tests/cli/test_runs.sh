#!/bin/sh
# thimble runs: what a training leaves in thimble.db; trainings that are killed at any moment, or cannot write it.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
p=$tmp/project
small="--preset tiny-conv --threads 2"

run runs "$tmp/nothing"; exits "no project" 1 'thimble new'
tone_clips "$tmp/recordings" 10
run new "$p" --task keyword --labels "$word_a,$word_b"; exits "a project" 0
run data import "$tmp/recordings" --project "$p"; exits "clips" 0
run runs "$p"; exits "no runs yet" 1 'thimble train'

# --- two runs that differ, seen in every way
# shellcheck disable=SC2086
{
	run train "$p" $small --epochs 3 --name first; exits "a run with a name" 0
	run train "$p" $small --epochs 4 --optimizer sgd --schedule step --clip 1 --stop-on f1 --class-weights auto; exits "another one" 0
}
run runs "$p"; exits "the list" 0 '^1 +first .*tiny-conv +[0-9a-f]{8} +done +3/3'
holds "has both" grep -qE '^2 +- .*done +4/4' "$tmp/out"
run runs "$p" --json; exits "as JSON" 0 '"optimizer":"sgd"'
holds "one object" sh -c "[ \$(wc -l <'$tmp/out') -eq 1 ]"
run runs "$p" --csv; exits "as CSV" 0 '^run,name,started'
holds "a line per run" sh -c "[ \$(wc -l <'$tmp/out') -eq 3 ]"
run runs show first --project "$p"; exits "one run" 0 '^optimizer +adamw'
holds "has its epochs" grep -qE '^3( best)? .*%' "$tmp/out"
run runs show 2 --project "$p" --json; exits "one run as JSON" 0 '"epochs":\[\{"epoch":1,'
run runs show 2 --project "$p" --csv; exits "its curves as CSV" 0 '^2,4,val_f1,'
run runs compare first 2 --project "$p"; exits "a comparison" 0 '^optimizer +adamw +sgd'
holds "only of what differs" sh -c "! grep -q '^batch ' '$tmp/out'"
holds "and of how well they did" grep -q '^val_loss ' "$tmp/out"
run runs compare first 9 --project "$p"; exits "a run that is none" 1 'no run "9"'
run runs compare first --project "$p"; exits "only one to compare" 2
run runs "$p" --csv --json; exits "both formats" 2
run runs name 2 first --project "$p"; exits "a name that is taken" 1 'called "first" already'
run runs name 2 3 --project "$p"; exits "a number as a name" 2
run runs name 2 "slow, \"sure\"" --project "$p"; exits "a name" 0
run runs "$p" --csv; exits "is quoted in CSV" 0 '^2,"slow, ""sure""",'
run test "$p"; exits "test" 0
run runs compare first 2 --project "$p"; exits "figures of the test stand with the run whose model it was" 0 '^test_accuracy_float +- +[0-9.]+ %'
run report "$p"; exits "report" 0
holds "compares the runs" grep -q 'id="runs"' "$p/report.html"
run runs delete 2 --project "$p"; exits "delete" 0
run runs show 2 --project "$p"; exits "it is gone" 1 'no run "2"'

# --- wrong settings are named with their line, and no run is made of them
printf '[train]\noptimizer = sdg\n' >>"$p/thimble.ini"
line=$(wc -l <"$p/thimble.ini")
run train "$p"; exits "a wrong value in thimble.ini" 1 "thimble\.ini, line $line: optimizer is one of adamw, adam, rmsprop, sgd"
sed -i "${line}s/.*/optimiser = sgd/" "$p/thimble.ini"
run train "$p"; exits "a key that is none" 1 "line $line: \[train\] has no key \"optimiser\""
sed -i "${line}s/.*/optimizer = rmsprop/" "$p/thimble.ini"
run train "$p" --momentum 1; exits "a wrong value on the command line" 2 '\-\-momentum is a number from 0 to below 1'
run train "$p" --class-weights 1,2; exits "too few class weights" 2 "the 4 classes are: $word_a"
run train "$p" --loss mse; exits "a loss that is not for classes" 2 'cross-entropy'
run runs "$p"; holds "no run was made of them" [ "$(wc -l <"$tmp/out")" -eq 2 ]
# shellcheck disable=SC2086
run train "$p" $small --epochs 2 --optimizer adam; exits "the command line is stronger than thimble.ini" 0
run runs "$p" --json; exits "as recorded" 0 '"optimizer":"adam"'

# --- killed at any moment, also within an epoch or while it writes: what is there goes on to the same bytes
long="$small --epochs $(shorter 12 5) --optimizer sgd --schedule plateau --drop-every 1 --clip 0.5"
# shellcheck disable=SC2086
{
	run train "$p" $long; cp "$p/model/float.tflite" "$tmp/whole"
	for wait in 0.15 0.4 0.7 1.1 1.6; do
		rm -f "$p/model/checkpoint.thc"
		"$thimble" train "$p" $long >"$tmp/out" 2>"$tmp/err" &
		pid=$!
		sleep $wait; kill -KILL $pid 2>/dev/null; wait $pid 2>/dev/null
		run runs "$p"; exits "the record after kill -9 at $wait s" 0
		holds "no run is left running" sh -c "! grep -q ' running ' '$tmp/out'"
		[ -e "$p/model/checkpoint.thc" ] || continue
		run train "$p" $long --resume; exits "resumes" 0
		holds "to the same bytes" cmp "$tmp/whole" "$p/model/float.tflite"
	done
	[ -e "$p/model/checkpoint.thc" ] || run train "$p" $long # the last one was killed before its first epoch was done
	runs=$("$thimble" runs "$p" | wc -l)
	run train "$p" $long --resume; exits "resumed once more" 0
	holds "a resumed run is no new one" [ "$("$thimble" runs "$p" | wc -l)" -eq "$runs" ]

	# --- two at once
	"$thimble" train "$p" $small --epochs 500 >/dev/null 2>&1 &
	pid=$!
	i=0; while [ $i -lt 100 ] && ! "$thimble" runs "$p" 2>/dev/null | grep -q ' running '; do sleep 0.05; i=$((i + 1)); done
	run train "$p" $small --epochs 2; exits "a second training at the same time" 1 "running already .*process $pid"
	run runs "$p"; exits "the list says that it runs" 0 ' running '
	last=$(tail -n 1 "$tmp/out" | cut -d' ' -f1)
	run runs delete "$last" --project "$p"; exits "a running one is not deleted" 2 'stop it first'
	kill -INT $pid; wait $pid
	run runs "$p" --json; exits "stopped by Ctrl-C" 0 '"state":"stopped","message":"stopped '

	# --- the index of the data and the record are one file: without it there is nothing to train from
	mv "$p/thimble.db" "$tmp/good.db"
	echo "this is no database, whatever its name says, and long enough to look at" >"$p/thimble.db"
	cp "$p/thimble.db" "$tmp/bad.db"
	run train "$p" $small --epochs 2; exits "a damaged database" 1 'is damaged.*put a copy of it back'
	holds "is left alone" cmp "$p/thimble.db" "$tmp/bad.db"
	run runs "$p"; exits "the list says it, too" 1 'move it away'
	run report "$p"; exits "the report does without" 0
	rm "$p/thimble.db"; mkdir "$p/thimble.db"
	run train "$p" $small --epochs 2; exits "a folder in its place" 1 'cannot use .*thimble.db'
	rmdir "$p/thimble.db"; mv "$tmp/good.db" "$p/thimble.db"
}
if [ "$(id -u)" -eq 0 ] && mkdir -p "$tmp/disk" && mount -t tmpfs -o size=6m none "$tmp/disk" 2>/dev/null; then
	trap 'umount "$tmp/disk"; rm -rf "$tmp"' EXIT
	cp -r "$p" "$tmp/disk/p"
	# shellcheck disable=SC2086
	{
		run train "$tmp/disk/p" $small --epochs 3; cp "$tmp/disk/p/model/float.tflite" "$tmp/whole"
		dd if=/dev/zero of="$tmp/disk/fill" bs=1k 2>/dev/null
		run train "$tmp/disk/p" $small --epochs 3 --seed 5; exits "a full disk" 1 'space'
		holds "leaves the model" cmp "$tmp/whole" "$tmp/disk/p/model/float.tflite"
		rm "$tmp/disk/fill"
		run train "$tmp/disk/p" $small --epochs 3; exits "with room again" 0
		holds "the same bytes" cmp "$tmp/whole" "$tmp/disk/p/model/float.tflite"
		mount -o remount,ro "$tmp/disk"
		run runs "$tmp/disk/p"; exits "a read-only project can be looked at" 0 'done'
		run train "$tmp/disk/p" $small --epochs 3; exits "but not trained" 1 'Read-only|read-only|cannot write'
	}
else
	skip "a full disk" "mounting a small tmpfs needs root"
fi
finish
