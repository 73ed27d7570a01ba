#!/bin/sh
# thimble data map: every kind of data becomes points, what is alike lies together, the same seed gives the same bytes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

p=$tmp/p
last() { tail -n 1 "$tmp/out" >"$tmp/json"; }
json() { last; holds "$1" grep -qE -- "$2" "$tmp/json"; } # json NAME PATTERN: the last line holds it
# alike NAME PART: of the points' nearest neighbours at least PART have the same label
alike() {
	last
	tr '{' '\n' <"$tmp/json" | sed -nE 's/.*"x":([^,]*),"y":([^,]*),"label":"([^"]*)".*/\1 \2 \3/p' >"$tmp/points"
	if LC_ALL=C awk -v part="$2" '{ x[NR] = $1; y[NR] = $2; l[NR] = $3 }
		END { for (i = 1; i <= NR; i++) { best = 9e9
			for (j = 1; j <= NR; j++) { d = (x[i] - x[j]) ^ 2 + (y[i] - y[j]) ^ 2; if (j != i && d < best) { best = d; at = j } }
			same += l[at] == l[i] }
			printf "%d points, %.2f\n", NR, same / NR; exit !(NR > 20 && same / NR >= part) }' "$tmp/points" >"$tmp/alike"
	then pass "$1 ($(cat "$tmp/alike"))"; else fail "$1" "$(cat "$tmp/alike")"; fi
}

# ---- sounds ----
run new "$p" --labels "$word_a,$word_b"; exits "a project of sounds" 0
run data map --project "$p"; exits "nothing is there" 1 'nothing to put on a map'
tone_clips "$tmp/clips" 16
run data import "$tmp/clips" --project "$p"; exits "imported" 0
run data map --project "$p" --json; exits "a map of them" 0 'samples, t-SNE; trust 0\.'
alike "words lie together" 0.9
holds "and are named" grep -q "a  " "$tmp/out"
json "each point has its sample" '\{"hash":"[0-9a-f]{64}","x":-?[0-9.e-]+,"y":-?[0-9.e-]+,"label":"ja","split":"(train|val|test)"\}'
cp "$tmp/json" "$tmp/first"
run data map --project "$p" --json; last; holds "the same again" cmp -s "$tmp/first" "$tmp/json"
tr -d '\n' <"$tmp/json" >"$tmp/line"; holds "and as it was kept" cmp -s "$tmp/line" "$p/model/map.json"
THIMBLE_THREADS=1 "$thimble" data map --project "$p" --json >"$tmp/out" 2>"$tmp/err"; rc=$?
last; holds "on one processor" cmp -s "$tmp/first" "$tmp/json"
run data map --project "$p" --method pca --json; exits "two axes" 0 'two principal axes'
json "how much they hold" '"method":"pca".*"share":0\.[0-9]+'
run data map --project "$p" --limit 7 --json; exits "some of them" 0 '^7 of [0-9]+ samples'
run data map --project "$p" --out "$tmp/map.svg"; exits "a picture" 0 'map.svg'
holds "with a mark for each" [ "$(grep -c '</title></path>' "$tmp/map.svg")" -eq "$(grep -o "\"hash\"" "$tmp/first" | wc -l)" ]
holds "it is XML" sh -c "! command -v xmllint >/dev/null || xmllint --noout '$tmp/map.svg'"
run data map --project "$p" --method dance; exits "no such method" 2 'pca or tsne'
run data map --project "$p" --limit 0; exits "a limit that is none" 2 'limit'
run data map --project "$p" --out "$tmp/nowhere/map.svg"; exits "a folder that is not there" 1 'nowhere'
first=$(find "$p/data/objects" -name '*.wav' | sort | head -n 1)
echo junk >"$first"
run data map --project "$p" --json; exits "a damaged file is left out" 0 'note: 1 samples are left out'
json "and counted" '"left_out":1'

# ---- the others ----
for task in gesture activity anomaly image; do
	rm -rf "$p"
	run new "$p" --task $task; exits "a project of $task" 0
	run data synth --project "$p" --count 12; exits "$task has data" 0
	run data map --project "$p" --json; exits "$task has a map" 0 'samples, t-SNE'
	case $task in
	gesture) alike "strokes lie together" 0.8 ;;
	activity) alike "movements lie together" 0.9 ;;
	*) json "$task leaves none out" '"left_out":0' ;;
	esac
done
run new "$tmp/sine" --task sine; exits "a project without data" 0
run data map --project "$tmp/sine"; exits "has no map" 2 'makes its data itself'

# ---- Ctrl-C ----
run new "$tmp/long" --task gesture; run data synth --project "$tmp/long" --count 300; exits "many strokes" 0
"$thimble" data map --project "$tmp/long" --limit 3000 >"$tmp/out" 2>"$tmp/err" & pid=$!
sleep 0.7; kill -INT $pid 2>/dev/null; wait $pid; rc=$?
exits "Ctrl-C ends it" 1 'interrupted'
holds "and keeps nothing" [ ! -e "$tmp/long/model/map.json" ]
finish
