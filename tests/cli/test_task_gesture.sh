#!/bin/sh
# Strokes: circles and lines in the magic wand's JSON, made here.
. tests/cli/lib.sh

# strokes LABEL KIND N: a file of N strokes
strokes() {
	LC_ALL=C awk -v label="$1" -v kind="$2" -v n="$3" 'BEGIN {srand(n + length(label)); printf "{\"strokes\":["
		for (i = 0; i < n; i++) {
			printf "%s{\"index\":%d,\"label\":\"%s\",\"strokePoints\":[", i ? "," : "", i, label; s = 0.5 + rand(); m = 30 + int(rand() * 20)
			for (t = 0; t < m; t++) {a = 6.2832 * t / m; x = kind ? s * cos(a) : s * t / m; y = kind ? s * sin(a) : 0.3 * s * t / m
				printf "%s{\"x\":%.4f,\"y\":%.4f}", t ? "," : "", x + 0.02 * rand(), y + 0.02 * rand()}
			printf "]}"}
		print "]}"}'
}
mkdir "$tmp/wand"
strokes circle 1 30 >"$tmp/wand/circle.json"
strokes line 0 30 >"$tmp/wand/line.json"
p=$tmp/g
run new "$p" --task gesture
exits "a project" 0 'data import'
run data import "$tmp/wand" --project "$p" --json
exits "strokes come in" 0 '"imported":60'
run train "$p" --epochs 15
exits "it trains" 0 'validation strokes right'
run quantize "$p"
exits "it becomes integers" 0
run test "$p" --data "$tmp/wand" --json
exits "a folder is tested" 0 '"examples":60'
holds "circles and lines are told apart" sh -c "sed 's/.*\"int8\":{\"accuracy\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 > 0.9)}'"
run report "$p"
exits "it has a report" 0
sed 's/^strokes = .*/strokes = raster/; s/^preset = .*/preset = resnet-8/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p" --epochs 1
exits "strokes as pictures" 0
run test "$p"
exits "are tested" 0 'accuracy'
sed 's/^strokes = .*/strokes = film/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "a wrong word" 1 'strokes is one of points raster'

mkdir "$tmp/bad"
run new "$tmp/b" --task gesture
echo '{"strokes":[{"label":"a","strokePoints":[{"x":1}]}]}' >"$tmp/bad/a.json"
run data import "$tmp/bad" --project "$tmp/b"
exits "a point without y" 1 'a.json, stroke 1: point 1'
echo '{"strokes":[{"label":"a","strokePoints":[]}]}' >"$tmp/bad/a.json"
run data import "$tmp/bad" --project "$tmp/b"
exits "a stroke without points" 1 'stroke 1 has no strokePoints'
echo '{"strokes":[{"strokePoints":[{"x":1,"y":2}]}]}' >"$tmp/bad/a.json"
run data import "$tmp/bad" --project "$tmp/b"
exits "a stroke without a label" 1 'stroke 1 has no label'
head -c 3000 "$tmp/wand/circle.json" >"$tmp/bad/a.json"
run data import "$tmp/bad" --project "$tmp/b"
exits "a file that was cut" 1 'this is no JSON'
finish
