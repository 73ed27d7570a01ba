#!/bin/sh
# The whole path on a tiny task of tones, then everything that can go wrong around it: full disk, unwritable
# places, other locales, kill -9 and Ctrl-C in the middle, broken model files. Nothing of the user's may be lost.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
p=$tmp/p
int8=$p/model/int8.tflite
hash_models() { cat "$p"/model/*.tflite | cksum; }

# --- the path
tone_clips "$tmp/clips"
run new "$p" --task keyword --labels "$word_a,$word_b"; exits "new" 0
run data import "$tmp/clips" --project "$p"; exits "data import" 0
run data list --project "$p" --json; exits "data list --json" 0 "$word_b"
run data check --project "$p"; cp "$tmp/out" "$tmp/check"
holds "data check passes or says what to do" [ "$rc" -le 1 ]
run train "$p" --preset tiny-conv --epochs 3 --seed 7; exits "train" 0
run quantize "$p"; exits "quantize" 0
run test "$p" --json; exits "test --json" 0 '"int8":'
holds "test: one object on the last line" sh -c "tail -n 1 '$tmp/out' | grep -q '^{.*}\$'"
run inspect "$int8" --board nano33ble; exits "inspect" 0 'FULLY_CONNECTED'
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	mkdir "$tmp/flat"
	wav "$tmp/flat/one.wav" seconds=2 && wav "$tmp/flat/two.wav" seconds=2 hz=1400
	run emulate "$p" --feed "$tmp/flat"; exits "emulate --feed a folder without labels" 0 'device equals host +yes'
	holds "every recording of it was played" grep -q '"seconds": *4' "$p/model/emulate.json"
	holds "no accuracy is told where no clips were classified" sh -c "! grep -i accuracy '$tmp/out'"
else
	skip "emulate --feed a folder without labels" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
first=$(hash_models)
run train "$p" --preset tiny-conv --epochs 3 --seed 7 && run quantize "$p"
holds "the same seed gives the same bytes" [ "$(hash_models)" = "$first" ]

# --- other locales write and read the same numbers
for l in de_DE.UTF-8 ar_EG.UTF-8 tr_TR.UTF-8; do
	LC_ALL=$l "$thimble" test "$p" --json >"$tmp/out" 2>"$tmp/err"; rc=$?
	exits "test in the locale $l" 0
	cp "$tmp/out" "$tmp/json.$l"
done
run test "$p" --json
holds "the same bytes in every locale" sh -c "for l in de_DE ar_EG tr_TR; do cmp '$tmp/out' '$tmp/json.'\$l.UTF-8 || exit 1; done"

# --- output that cannot be written
"$thimble" test "$p" --json >/dev/full 2>"$tmp/err"; rc=$?; exits "test to a full disk" 1
"$thimble" inspect "$int8" >/dev/full 2>"$tmp/err"; rc=$?; exits "inspect to a full disk" 1
run new /proc/thimble --task keyword --labels ja; exits "new where nothing can be made" 1 '/proc/thimble'
run deploy "$p" --board nano33ble --as c --out /proc/thimble; exits "deploy where nothing can be made" 1 '/proc/thimble'
run deploy "$p" --board no-such-board --as c --out "$tmp/c"; exits "a board that is none" 2 'nano33ble'

# full VERB WORDS..: with a file size limit of 0, which is what a full disk looks like to a program
full() {
	name=$1; shift
	before=$(hash_models)
	{ (ulimit -f 0; trap '' XFSZ; exec "$thimble" "$@" 2>&1 </dev/null); echo $? >"$tmp/rc"; } | cat >"$tmp/err"
	rc=$(cat "$tmp/rc")
	exits "$name on a full disk" 1
	holds "$name on a full disk leaves the old models" [ "$(hash_models)" = "$before" ]
}
if (ulimit -f 0) 2>/dev/null; then
	full train train "$p" --preset tiny-conv --epochs 1 --seed 8
	full quantize quantize "$p"
	full deploy deploy "$p" --board nano33ble --as c --out "$tmp/full"
fi
if [ "$(id -u)" -eq 0 ] && mkdir -p "$tmp/disk" && mount -t tmpfs -o size=300k none "$tmp/disk" 2>/dev/null; then
	run new "$tmp/disk/p" --task keyword --labels ja
	run data import "$tmp/clips" --project "$tmp/disk/p" --labels ja; exits "import onto a disk that fills up" 1
	run data list --project "$tmp/disk/p"; exits "the project there can still be read" 0
	umount "$tmp/disk"
else
	skip "import onto a disk that fills up" "mounting a small tmpfs needs root"
fi

# --- stopped in the middle, at several moments each
# stopped SIGNAL SECONDS VERB WORDS..
stopped() {
	sig=$1; after=$2; shift 2
	"$thimble" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null & pid=$!
	sleep "$after"; kill -s "$sig" $pid 2>/dev/null
	wait $pid 2>/dev/null; rc=$?
}
good=yes
for after in 0.01 0.1 0.3 0.6; do
	stopped KILL $after train "$p" --preset tiny-conv --epochs 4 --seed 9
	run train "$p" --preset tiny-conv --epochs 4 --seed 9 --resume
	if [ $rc -ne 0 ] && grep -q 'other clips or settings' "$tmp/err"; then # killed before its first checkpoint
		run train "$p" --preset tiny-conv --epochs 4 --seed 9
	fi
	[ $rc -eq 0 ] || { good="train --resume after $after s: $(cat "$tmp/err")"; break; }
	cksum <"$p/model/float.tflite"
done >"$tmp/resumed"
holds "train goes on after kill -9 at any moment" [ "$good" = yes ]
run train "$p" --preset tiny-conv --epochs 4 --seed 9
cksum <"$p/model/float.tflite" >>"$tmp/resumed"
holds "every resumed training ended in the same bytes" [ "$(sort -u "$tmp/resumed" | wc -l)" -eq 1 ]
stopped INT 0.5 train "$p" --preset tiny-conv --epochs 1000 --seed 10
holds "Ctrl-C ends train with a word" sh -c "[ $rc -ne 0 ] && [ $rc -lt 128 ] && [ -s '$tmp/err' ]"
run quantize "$p"; exits "quantize after all that" 0
before=$(hash_models)
for after in 0.005 0.01 0.02 0.04 0.08; do stopped KILL $after quantize "$p"; done
run inspect "$int8"; exits "int8 model after kill -9 during quantize" 0
run quantize "$p"
holds "quantize again gives the same bytes" [ "$(hash_models)" = "$before" ]
for after in 0.005 0.01 0.02 0.04; do stopped KILL $after data import "$tmp/clips" --project "$p"; done
run data import "$tmp/clips" --project "$p"; exits "import after kill -9" 0
run data list --project "$p"; exits "the index is whole" 0
holds "no half-written files stay behind" sh -c "! find '$p' -name '*.tmp*' | grep ."

# --- model files that are broken
n=$(wc -c <"$int8") bad=''
for cut in 0 1 2 3 4 7 8 9 15 16 17 31 32 33 63 64 100 200 400 800 1600 $((n / 4)) $((n / 2)) $((n - 100)) $((n - 1)); do
	head -c "$cut" "$int8" >"$tmp/cut.tflite"
	run inspect "$tmp/cut.tflite"
	case $rc in 0) [ "$cut" -ge $((n - 100)) ] || bad="$bad $cut" ;; 1) [ -s "$tmp/err" ] || bad="$bad $cut" ;; *) bad="$bad $cut(exit $rc)" ;; esac
done
holds "prefixes of a model are refused:$bad" [ -z "$bad" ]
bad=''
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do # 20 random bytes written over a good model
	cp "$int8" "$tmp/dirty.tflite"
	awk -v seed=$seed -v n="$n" 'BEGIN { srand(seed); for (i = 0; i < 20; i++) print int(rand() * n), int(rand() * 256) }' |
		while read -r at byte; do
			# shellcheck disable=SC2059
			printf "\\$(printf %o "$byte")" | dd of="$tmp/dirty.tflite" bs=1 seek="$at" conv=notrunc 2>/dev/null
		done
	run inspect "$tmp/dirty.tflite"; [ $rc -le 1 ] || bad="$bad inspect:$seed"
	run test "$tmp/dirty.tflite" --data "$tmp/clips"; [ $rc -le 2 ] || bad="$bad test:$seed"
done
holds "random bytes in a model do not crash:$bad" [ -z "$bad" ]
finish
