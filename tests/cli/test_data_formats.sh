#!/bin/sh
# Formats of others: out of a project as Edge Impulse takes it, and back into another one.
. tests/cli/lib.sh

# both KIND SRC ..: SRC into a project, out of it, into a second one: as many samples with the same labels and parts
both() {
	kind=$1 src=$2
	shift 2
	a=$tmp/a_$kind b=$tmp/b_$kind out=$tmp/out_$kind
	run new "$a" --task "$kind" "$@"
	run data import "$src" --project "$a"
	exits "$kind: in" 0
	run data export "$out" --project "$a" --format edge-impulse --hmac-key secret
	exits "$kind: out" 0 'info.labels'
	run new "$b" --task "$kind" "$@"
	run data import "$out" --project "$b" --hmac-key secret
	exits "$kind: in again" 0
	holds "$kind: it was Edge Impulse's" grep -q 'Edge Impulse' "$tmp/err"
	run data list --project "$a"
	sed 's/a_'"$kind"'//' "$tmp/out" >"$tmp/list_a"
	run data list --project "$b"
	sed 's/b_'"$kind"'//' "$tmp/out" >"$tmp/list_b"
	exits "$kind: list" 0
	holds "$kind: the same samples" cmp "$tmp/list_a" "$tmp/list_b"
}

tone_clips "$tmp/clips" 4
both keyword "$tmp/clips" --labels "$word_a,other"

for label in up down; do
	mkdir -p "$tmp/moves/$label"
	for i in 1 2 3 4 5 6; do
		LC_ALL=C awk -v seed="$label$i" 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i * length(seed) % 17 "," i / 3 }' >"$tmp/moves/$label/$i.csv"
		echo "$i,0" >>"$tmp/moves/$label/$i.csv"
	done
done
both activity "$tmp/moves"

run data import "$tmp/out_activity" --project "$tmp/b_activity" --hmac-key other
exits "another key" 1 'signature is wrong'
first=$(find "$tmp/out_activity" -name '*.json' | sort | head -n 1)
head -c 100 "$first" >"$tmp/cut" && mv "$tmp/cut" "$first"
run data import "$tmp/out_activity" --project "$tmp/b_activity"
exits "one cut file stops nothing" 0
holds "and is named" grep -q "$(basename "$first")" "$tmp/err"
run data export "$tmp/no" --project "$tmp/a_activity" --format other
exits "no such format" 2 'edge-impulse'
run data export "$tmp/no" --project "$tmp/a_activity" --hmac-key k
exits "a key for nothing" 2 'edge-impulse'

# archives: a folder per label, with a folder around them
if command -v python3 >/dev/null; then
	python3 - "$tmp/moves" "$tmp" <<'EOF'
import os, sys, zipfile
src, to = sys.argv[1:]
with zipfile.ZipFile(to + "/moves.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for where, _, files in os.walk(src):
        for f in files:
            path = os.path.join(where, f)
            z.write(path, "export/" + os.path.relpath(path, src))
with zipfile.ZipFile(to + "/out.zip", "w") as z:
    z.writestr("up/1.csv", "x,y\n1,2\n")
    z.writestr("../../escaped", "x")
with zipfile.ZipFile(to + "/bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(3):
        z.writestr(f"up/{i}.csv", bytes(200 << 20))
EOF
	run new "$tmp/z" --task activity
	run data import "$tmp/moves.zip" --project "$tmp/z"
	exits "a zip comes in" 0 '12 imported'
	run data import "$tmp/out.zip" --project "$tmp/z"
	exits "a zip that leads out" 1 'leads out'
	holds "writes nothing there" test ! -e "$tmp/../escaped"
	run data import "$tmp/bomb.zip" --project "$tmp/z"
	exits "a zip bomb" 1 '100 times'
	head -c 500 "$tmp/moves.zip" >"$tmp/cut.zip"
	run data import "$tmp/cut.zip" --project "$tmp/z"
	exits "a zip that is cut off" 1 'cut off'
else
	skip "archives" "no python3 to make them"
fi
finish
