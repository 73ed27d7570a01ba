#!/bin/sh
# feature-costs.sh [blocks] [pixels]   (make feature-costs)   Counts the instructions of transforms, blocks of features, pictures and strokes on emulated
# boards and writes docs/features.md between the lines <!-- cost NAME --> and <!-- end -->.  Fails where a board's bits are not this computer's.
cd "$(dirname "$0")/.." || exit 1
[ $# -gt 0 ] || set -- blocks pixels
boards='nano33ble pico m3 m7 m33 m55 rv32'
doc=docs/features.md
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT

# table NAME: a row per case, a column per board
table() {
	name=$1
	# shellcheck disable=SC2086  # a list of names
	tests/dsp/test_device_"$name".sh $boards >"$tmp/$name.said" || { grep -v '^ok' "$tmp/$name.said" >&2; return 1; }
	echo "Measured $(date -u +%Y-%m-%d), $(arm-none-eabi-gcc --version | head -1), -O2:"; echo
	awk -v boards="$boards" '
		function grouped(x, s) { for (; length(x) > 3; x = substr(x, 1, length(x) - 3)) s = "," substr(x, length(x) - 2) s; return x s }
		/^# / { board = $2; next }
		/^ok / {
			text = $0; sub(/^ok [0-9]+ - /, "", text)
			what = text; sub(/: [0-9]+ instructions$/, "", what)
			count = text; sub(/ instructions$/, "", count); sub(/.*: /, "", count)
			if (!(what in seen)) { seen[what] = 1; order[++n] = what }
			cost[what, board] = grouped(count)
		}
		END {
			m = split(boards, b, " "); head = "| what |"; rule = "|---|"
			for (i = 1; i <= m; i++) { head = head " " b[i] " |"; rule = rule "---|" }
			print head; print rule
			for (k = 1; k <= n; k++) {
				row = "| " order[k] " |"
				for (i = 1; i <= m; i++) row = row " " cost[order[k], b[i]] " |"
				print row
			}
		}' "$tmp/$name.said"
}

# section NAME: its new text is standard input
section() {
	cat >"$tmp/$1"
	awk -v name="$1" -v text="$tmp/$1" '
		$0 == "<!-- end -->" { skip = 0 }
		!skip { print }
		$0 == "<!-- cost " name " -->" { skip = found = 1; while ((getline line < text) > 0) print line }
		END { exit !found }' $doc >"$tmp/doc" || { echo "feature-costs.sh: $doc has no section $1" >&2; exit 1; }
	cat "$tmp/doc" >$doc
}

tools/need.sh program arm-none-eabi-gcc qemu-system-arm || exit
for name; do
	table "$name" >"$tmp/table" || { echo "feature-costs.sh: $name: a board failed" >&2; exit 1; }
	section "$name" <"$tmp/table"
done
echo "$doc is written"
