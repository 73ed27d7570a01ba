# lib.sh -- what the shell tests share: run a command line, hold its exit code and words against what is expected.
# A test prints TAP (tools/run-tests.sh counts it), works in its own folder $tmp and leaves nothing behind.
# shellcheck shell=sh
set -u
thimble=${THIMBLE:-$PWD/build/thimble}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
tests=0 failures=0 rc=0

# run WORDS..: thimble WORDS.. with its output in $tmp/out and $tmp/err and its exit code in $rc
run() {
	"$thimble" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
}

# shorter N M: N, or M under sanitizers, where the same code runs ten times slower
shorter() { if [ "${TEST_SANITIZED-}" ]; then echo "$2"; else echo "$1"; fi; }

pass() { tests=$((tests + 1)); echo "ok $tests - $1"; }
fail() { # fail NAME WHY
	tests=$((tests + 1)); failures=$((failures + 1))
	echo "not ok $tests - $1"
	echo "# $2 (exit code $rc)"
	head -c 2000 "$tmp/out" 2>/dev/null | sed 's/^/# stdout: /'
	head -c 2000 "$tmp/err" 2>/dev/null | sed 's/^/# stderr: /'
}
skip() { tests=$((tests + 1)); echo "ok $tests # SKIP $1: $2"; }

# exits NAME CODE [PATTERN]: the last run ended so, and stderr (for CODE 0: stdout) holds the extended regular expression
exits() {
	if [ "$2" -eq 0 ]; then said=$tmp/out; else said=$tmp/err; fi
	if [ "$rc" -ne "$2" ]; then
		fail "$1" "expected exit code $2"
	elif [ $# -gt 2 ] && ! grep -qaE -- "$3" "$said"; then
		fail "$1" "expected the words: $3"
	elif [ "$2" -ne 0 ] && ! [ -s "$tmp/err" ]; then
		fail "$1" "failed without a word"
	else
		pass "$1"
	fi
}

# holds NAME COMMAND..: the command succeeds
holds() {
	name=$1; shift
	if "$@" >"$tmp/held" 2>&1; then pass "$name"; else fail "$name" "$* $(head -c 400 "$tmp/held")"; fi
}

# wav FILE [rate=.. channels=.. bits=.. seconds=.. hz=.. seed=..]: a tone; other settings than 1 s of 16 kHz mono by name
wav() {
	wav_file=$1; shift
	LC_ALL=C awk -f tests/cli/wav.awk rate=16000 channels=1 bits=16 seconds=1 hz=440 seed=1 "$@" /dev/null >"$wav_file"
}

# tone_clips DIR [N]: N clips (12) of the "words" $word_a and $word_b, as many of other tones, and a room: a task that
# the smallest network learns in seconds. N speakers, so that every split gets some.
word_a=ja
word_b=$(printf '\331\206\330\271\331\205') # "na'am", yes in Arabic, written from right to left
tone_clips() {
	mkdir -p "$1/$word_a" "$1/$word_b" "$1/other" "$1/_background_noise_"
	i=0
	while [ $i -lt "${2:-12}" ]; do
		wav "$1/$word_a/speaker${i}_nohash_0.wav" hz=$((500 + 7 * i)) seed=$i
		wav "$1/$word_b/speaker${i}_nohash_0.wav" hz=$((1400 + 7 * i)) seed=$i
		wav "$1/other/speaker${i}_nohash_0.wav" hz=$((2500 + 70 * i)) seed=$i
		i=$((i + 1))
	done
	wav "$1/_background_noise_/room.wav" seconds=10 hz=1 seed=99
}

# feed WORDS..: as `run`, with $tmp/in as its standard input
feed() {
	"$thimble" "$@" >"$tmp/out" 2>"$tmp/err" <"$tmp/in"
	rc=$?
}

swings() { # swings HZ SEED N [time]: two axes that swing, 50 rows a second; with times, 100 rows a second
	LC_ALL=C awk -v hz="$1" -v seed="$2" -v n="$3" -v timed="${4:-}" 'BEGIN { srand(seed); p = rand() * 6; rate = timed ? 100 : 50
		for (t = 0; t < n; t++) printf "%s%.4f,%.4f\n", timed ? 10 * t + timed "," : "", sin(6.2832 * hz * t / rate + p), 0.2 * (rand() - 0.5) }'
}
# steps_project DIR: rows of six people, "slow" and "fast", in a new project
steps_project() {
	run new "$1" --task activity
	i=1
	while [ $i -le 6 ]; do
		swings 1 $i 250 >"$tmp/in"; feed data record "$1" --label slow --from - --rate 50 --subject "s$i"
		swings 5 $i 250 >"$tmp/in"; feed data record "$1" --label fast --from - --rate 50 --subject "s$i"
		i=$((i + 1))
	done
}

finish() { [ $failures -eq 0 ]; exit; }
