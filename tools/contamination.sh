#!/bin/sh
# contamination.sh [LEVELS [SETS [METHODS]]]   What it does to a score of strangeness when some of the "normal" recordings that
# it learns from show faults: LEVELS in per cent ("0 1 5 10" unless told) of the rows that are learnt from and watched become
# those of a fault, in one stretch each, of fan_vibration and skab. METHODS: "pca kmeans knn mixture neck" unless told; with
# TRIM=PERCENT learners leave that part out ([anomaly] trim). A table in Markdown: AUC and F1 at int8.
# fan: the last rows of configuration 1 at the same speed, which are then not tested. skab: the last abnormal rows of the same
# experiment, which are tested too.
set -eu
cd "$(dirname "$0")/.."
data=${THIMBLE_SHARED:-../shared}/data
thimble=${THIMBLE:-build/thimble}
levels=${1:-0 1 5 10} sets=${2:-fan_vibration skab} methods=${3:-pca kmeans knn mixture neck}
[ -d "$data/skab" ] || { echo "SKIP: $data is not here; it has the recordings" >&2; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# dirty_fan PERCENT IN OUT: rows 200.. (to learn from) and 1700.. (to watch) of configuration 3 at each speed
dirty_fan() {
	LC_ALL=C awk -F, -v part="$1" 'NR == FNR {count[$1 "," $2]++; if ($1 == 1) fault[$2 "," count[$1 "," $2]] = $3 "," $4 "," $5; next}
		FNR == 1 {print; next}
		{
			key = $1 "," $2; at[key]++; n = count[key]
			learn = int(0.7 * n * part / 100); watch = int(0.1 * n * part / 100); all = count["1," $2]
			if ($1 == 1 && at[key] > all - learn - watch) next
			from = 0
			if ($1 == 3 && at[key] > 200 && at[key] <= 200 + learn) from = all - learn - watch + at[key] - 200
			if ($1 == 3 && at[key] > 1700 && at[key] <= 1700 + watch) from = all - watch + at[key] - 1700
			print from ? key "," fault[$2 "," from] : $0
		}' "$2" "$2" >"$3"
}

# dirty_skab PERCENT IN OUT: rows 100.. of the 280 to learn from, 320.. of the 120 to watch
dirty_skab() {
	LC_ALL=C awk -F';' -v part="$1" 'BEGIN {OFS = ";"}
		NR == FNR {if ($10 > 0.5 && FNR > 401) {n++; for (k = 2; k < 10; k++) fault[n, k] = $k} next}
		{
			row = FNR - 1; learn = int(280 * part / 100 + 0.5); watch = int(120 * part / 100 + 0.5); from = 0
			if (row > 100 && row <= 100 + learn) from = n - learn - watch + row - 100
			if (row > 320 && row <= 320 + watch) from = n - watch + row - 320
			if (from > 0) for (k = 2; k < 10; k++) $k = fault[from, k]
			print
		}' "$2" "$2" >"$3"
}

# dirty SET PERCENT: the data set in $work/data
dirty() {
	rm -rf "$work/data"
	mkdir "$work/data"
	if [ "$1" = skab ]; then
		for file in "$data"/skab/data/*/*.csv; do
			to=$work/data/$(basename "$(dirname "$file")")
			mkdir -p "$to"
			dirty_skab "$2" "$file" "$to/$(basename "$file")"
		done
	else
		dirty_fan "$2" "$data/fan_vibration/accelerometer.csv" "$work/data/accelerometer.csv"
	fi
}

# figure KEY: that number of the int8 network in $work/test.json
figure() { sed "s/.*\"int8\":{[^}]*\"$1\":\([-0-9.]*\).*/\1/" "$work/test.json" | awk '{printf "%.3f", $1}'; }

printf '| set | method |'; for part in $levels; do printf ' %s %% AUC / F1 |' "$part"; done
printf '\n|---|---|'; for part in $levels; do printf -- '---|'; done; echo
for set in $sets; do
	for part in $levels; do
		dirty "$set" "$part"
		rm -rf "$work/p$part"
		{
			"$thimble" new "$work/p$part" --task anomaly
			"$thimble" data import "$work/data" --project "$work/p$part"
		} >/dev/null 2>&1
		sed "s/^trim = .*/trim = ${TRIM:-0}/" "$work/p$part/thimble.ini" >"$work/ini" && cp "$work/ini" "$work/p$part/thimble.ini"
	done
	for method in $methods; do
		printf '| %s | %s |' "$set" "$method"
		for part in $levels; do
			"$thimble" train "$work/p$part" --preset "$method" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
			"$thimble" quantize "$work/p$part" >/dev/null 2>&1
			"$thimble" test "$work/p$part" --json >"$work/test.json" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
			printf ' %s / %s |' "$(figure auc)" "$(figure f1)"
		done
		echo
	done
done
