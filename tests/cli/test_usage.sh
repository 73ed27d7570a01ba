#!/bin/sh
# Help, exit codes and wrong usage of every verb, found from the program's own list.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

run; exits "no words: usage on stderr" 2 'thimble VERB'
run --help; exits "--help" 0 'thimble VERB'
run help; exits "help" 0 'thimble VERB'
run --version; exits "--version" 0 '^thimble [0-9]+\.[0-9]+\.[0-9]+$'
run fly; exits "a verb that is none" 2 'fly'
run --fly; exits "an option that is none" 2 'fly'
run ''; exits "an empty verb" 2
run data; exits "half a verb" 2
run data --help; exits "half a verb and --help" 0 'data import'
"$thimble" --help >/dev/full 2>"$tmp/err"; rc=$?
exits "--help to a full disk" 1

"$thimble" --help | sed -nE 's/^  ([a-z]+( [a-z]+)?)  +.*/\1/p' >"$tmp/verbs"
holds "the help lists the verbs" [ "$(wc -l <"$tmp/verbs")" -ge 15 ]
while read -r verb; do
	# shellcheck disable=SC2086  # "data import" is two words
	set -- $verb
	run "$@" --help; exits "$verb --help" 0 "^thimble $verb"
	holds "$verb --help says nothing on stderr" [ ! -s "$tmp/err" ]
	holds "$verb --help fits a terminal of 125 columns" awk 'length > 125 { exit 1 }' "$tmp/out"
	run "$@" --no-such-option; exits "$verb --no-such-option" 2 'no-such-option.*--help'
	# shellcheck disable=SC2046  # 99 words
	run "$@" $(seq 99); exits "$verb with too many words" 2 "^thimble $verb: \"[0-9]+\" .*Usage: thimble"
	"$thimble" "$@" --help >/dev/full 2>"$tmp/err"; rc=$?
	exits "$verb --help to a full disk" 1
done <"$tmp/verbs"
finish
