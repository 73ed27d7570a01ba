#!/bin/sh
# thimble data check, for each kind of data: what is wrong is named with a command, and the command mends it.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

p=$tmp/p
# The command of a finding, as it stands in the output behind its words
command_of() { sed -n "/$1/,/^\$/s/^  \\(thimble .*\\)/\\1/p" "$tmp/out" | head -n 1; }
mend() { # mend NAME WORDS: runs the command that is told for the finding with these words
	words=$(command_of "$2")
	case $words in
	thimble\ data\ *) eval "run ${words#thimble }"; exits "$1" 0 ;;
	*) fail "$1" "no command behind: $2" ;;
	esac
}
json() { # json NAME PATTERN: the last line holds the extended regular expression
	tail -n 1 "$tmp/out" >"$tmp/json"
	holds "$1" grep -qE -- "$2" "$tmp/json"
}

# ---- sounds ----
run new "$p" --labels ja,nein; exits "a project of sounds" 0
run data check "$p"; exits "nothing is there" 1 'training makes no sense'
mkdir -p "$tmp/clips/ja" "$tmp/clips/nein"
for i in 1 2 3 4 5 6 7 8; do
	wav "$tmp/clips/ja/a${i}.wav" hz=$((300 + i * 37))
	wav "$tmp/clips/nein/b${i}.wav" hz=$((900 + i * 53))
done
run data import "$tmp/clips" --project "$p"; exits "imported" 0
run data check "$p" --json; exits "few clips are a warning" 0 'few training examples'
json "JSON says so" '"kind": ?"few", ?"severity": ?"warning"'
holds "and it is kept" sh -c "tr -d '\\n' <'$tmp/json' | cmp -s - '$p/model/check.json'"
json "what only people can do" '"kind": ?"few".*"advice": ?"Record more'
find "$p/data/objects" -name '*.wav' | sort | head -n 2 | while read -r f; do echo junk >"$f"; done
run data check "$p" --json; exits "two are damaged" 1 'before the errors are mended'
json "what mends one" '"kind": ?"damaged".*"items": ?\[\{[^]]*\], ?"mend": ?\{"verb": ?"data remove", ?"options": ?\{"hash": ?\["[0-9a-f]{64}"\]\}\}'
json "and both at once" '"mend": ?\{"verb": ?"data remove", ?"options": ?\{"hash": ?\["[0-9a-f]{64}", ?"[0-9a-f]{64}"\]\}\}'
sed -E 's/.*"kind": ?"damaged"[^[]*"samples": ?\[([^]]*)\].*/\1/' "$tmp/json" | grep -oE '[0-9a-f]{64}' >"$tmp/hashes"
run data remove --project "$p" --hash "$(sed -n 1p "$tmp/hashes")" --hash "$(sed -n 2p "$tmp/hashes")"; exits "two hashes take out two" 0 '^2 samples taken out'
run data check "$p" --json; exits "mended" 0 '^14 samples: 0 kinds of errors'
run data check --project "$p" "$tmp/other"; exits "two projects" 2 'named twice'
run data check "$tmp/nowhere"; exits "a project that is not there" 1 'nowhere'

# ---- signals ----
rm -rf "$p"; mkdir -p "$tmp/moves/still" "$tmp/moves/shake"
for i in 1 2 3 4 5 6; do
	for l in still shake; do
		awk -v i=$i -v l=$l 'BEGIN { srand(i * 7 + (l == "shake")); print "time_ms,x,y,z"
			for (t = 0; t < 200; t++) printf "%d,%.4f,%.4f,%.4f\n", t * 20, (l == "shake") * 5 * sin(t * (0.5 + i / 20)) + rand(), rand(), rand() }' \
			>"$tmp/moves/$l/$l$i.csv"
	done
done
awk 'BEGIN { srand(99); print "time_ms,x,y,z"; for (t = 0; t < 200; t++) { if (t < 60 || t > 140) { x = rand(); y = rand() } printf "%d,%.4f,%.4f,3\n", t * 20, x, y } }' \
	>"$tmp/moves/still/broken.csv"
run new "$p" --task activity; exits "a project of signals" 0
run data import "$tmp/moves" --project "$p"; exits "signals imported" 0
run data check "$p"; exits "a sensor that stands still" 0 'the sensor stands still'
holds "which one" grep -q 'broken.csv: 8[0-9] rows are the same' "$tmp/out"
holds "and its channel" grep -q 'broken.csv: channel 3 (x,y,z) never changes' "$tmp/out"
mend "the command takes it out" 'the sensor stands still'
run data check "$p"; exits "checked again" 0
holds "it is gone" sh -c "! grep -q broken '$tmp/out'"

# ---- pictures ----
rm -rf "$p"; mkdir "$tmp/idx"
{ printf '\000\000\010\003\000\000\000\014\000\000\000\010\000\000\000\010'
	awk 'BEGIN { srand(5); for (i = 0; i < 12; i++) for (k = 0; k < 64; k++) printf "%c", i == 11 ? 65 : 33 + int(rand() * 90) }'; } >"$tmp/idx/train-images-idx3-ubyte"
printf '\000\000\010\001\000\000\000\014\000\001\000\001\000\001\000\001\000\001\000\001' >"$tmp/idx/train-labels-idx1-ubyte"
run new "$p" --task image; exits "a project of pictures" 0
run data import "$tmp/idx" --project "$p"; exits "pictures imported" 0
run data check "$p" --json; exits "one is blank" 0 'pictures on which nothing is'
json "its hash is told" '"kind": ?"blank".*"hash": ?"[0-9a-f]{64}"'
mend "the command takes it out" 'on which nothing is'

# ---- strokes ----
rm -rf "$p"; mkdir "$tmp/wand"
awk 'BEGIN { srand(3); printf "{\"strokes\":["
	for (i = 0; i < 6; i++) { printf "%s{\"index\":%d,\"label\":\"%d\",\"strokePoints\":[", i ? "," : "", i, i % 2
		for (t = 0; t < 40; t++) printf "%s{\"x\":%.4f,\"y\":%.4f}", t ? "," : "", cos(t / 6) * (i % 2) + rand() / 3 + t / 40, sin(t / 6) + rand() / 3
		print "]}" } print "]}" }' >"$tmp/wand/own.json"
run new "$p" --task gesture; exits "a project of strokes" 0
run data import "$tmp/wand" --project "$p"; exits "strokes imported" 0
run data check "$p"; exits "strokes are few" 0 'few training examples'
run new "$tmp/sine" --task sine; exits "a project without data" 0
run data check "$tmp/sine"; exits "has nothing to check" 2 'makes its data itself'
finish
