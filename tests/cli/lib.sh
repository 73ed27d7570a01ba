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

finish() { [ $failures -eq 0 ]; exit; }
