#!/bin/sh
# check-sizes.sh [FILE.c..]   How long functions and files are: a line per folder, and an error for what is too long.
# Without words, all of Thimble's C. There are no exceptions: what does not fit wants to be two things.
#
# A function begins with its first line in column 0 and ends with the next "}" there (make format sees to that).
# A macro of several lines counts as one too, except lists (X_LIST): they are data.
max_function=60 max_file=800
cd "$(dirname "$0")/.." || exit 1
# shellcheck disable=SC2046  # names in this repository have no blanks
[ $# -gt 0 ] || set -- $(find src device tests fuzz bench tools -name '*.[ch]' | sort)

# "folder length name file:line" of every function and macro; "folder length file" of every file
measure() {
	awk '
	function folder(file, n, part) { n = split(file, part, "/"); return n > 2 ? part[1] "/" part[2] : part[1] }
	function file_ends() { if (file) print "file", folder(file), lines, file }
	FNR == 1 { file_ends(); file = FILENAME; from = inside = macro = 0 }
	{ lines = FNR }
	macro {
		if (/\\$/) next
		if (is_code) print "function", folder(file), FNR - macro + 1, name, file ":" macro
		macro = 0; next
	}
	/^#[ ]*define.*\\$/ { macro = FNR; name = $2; sub(/\(.*/, "", name); is_code = name !~ /_LIST$/; next }
	inside { # up to the brace that closes the function
		if (/^}/) { print "function", folder(file), FNR - from + 1, name, file ":" from; inside = from = 0 }
		next
	}
	/^{/ && from { inside = 1; next }
	/^[A-Za-z_].*\(/ && !from { from = FNR; name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
	/[;}]$/ || /^$/ || /^#/ || /^\/\*/ { from = 0 }
	END { file_ends() }' "$@"
}

measure "$@" | sort -k1,1 -k2,2 -k3,3n | awk -v max_function=$max_function -v max_file=$max_file '
	function rank(share, i) { i = int(n * share + 0.999999); return length_of[i < 1 ? 1 : i] }
	function show() {
		if (n && kind == "function")
			printf "%-14s %5d functions: median %2d, 95 %% at most %2d, longest %2d (%s)\n", where, n, rank(0.5), rank(0.95), length_of[n], longest
		if (n && kind == "file")
			printf "%-14s %5d files: longest %3d lines (%s)\n", where, n, length_of[n], longest
		n = 0
	}
	$1 != kind || $2 != where { show(); kind = $1; where = $2 }
	{ length_of[++n] = $3; longest = $4 }
	$1 == "function" { all[++n_all] = $3 }
	$1 == "function" && $3 > max_function { print $5 ": " $4 " has " $3 " lines, more than " max_function ": split it"; bad = 1 }
	$1 == "file" && $3 > max_file { print $4 ": has " $3 " lines, more than " max_file ": split it"; bad = 1 }
	END {
		show()
		if (!n_all) { print "sizes: no functions found"; exit 1 }
		exit bad
	}'
