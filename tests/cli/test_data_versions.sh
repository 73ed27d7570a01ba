#!/bin/sh
# The data as a store: versions, edits, lists, export, clean; what fails, fails with a word and changes nothing.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

p=$tmp/p
data() { verb=$1; shift; run data "$verb" --project "$p" "$@"; }
files() { find "$p/data/objects" -type f 2>/dev/null | wc -l; }
listed() { "$thimble" data list --project "$p" --samples 2>/dev/null | sed -nE 's/^([0-9]+) samples$/\1/p'; }
head_id() { "$thimble" data log --project "$p" --json | sed -E 's/.*"version":"([0-9a-f]+)"[^}]*"head":true.*/\1/'; }

tone_clips "$tmp/clips" 6
run new "$p" --task keyword --labels "$word_a,$word_b"
data log; exits "no data, no versions" 1 'there is no data yet'
data commit -m x; exits "nothing to commit" 1 'no data to keep'
data import "$tmp/clips"; exits "import" 0
n=$(listed)
holds "28 samples" [ "$n" -eq 28 ]
holds "a file for each" [ "$(files)" -eq 28 ]

# --- versions
data diff; exits "before the first version all is new" 0 '28 added, 0 removed, 0 changed'
data commit -m "first one"; exits "commit" 0 '^version [0-9a-f]{12}: 28 samples'
v1=$("$thimble" data log --project "$p" --json | sed -E 's/.*"version":"([0-9a-f]{12}).*/\1/')
data commit -m again; exits "the same again is no version" 0 'has just this data already'
data log; exits "the log" 0 "^$v1 +head .* 28  first one"
data set --label "$word_a" licence=CC-BY-4.0 consent="research, only"; exits "a licence" 0 '^6 samples changed'
data diff; exits "is shown" 0 'licence "" -> "CC-BY-4.0"'
holds "with a count" grep -q '0 added, 0 removed, 6 changed' "$tmp/out"
data checkout "$v1"; exits "a checkout that would lose it" 1 'changes that no version has.*--force'
holds "changes nothing" [ "$(listed)" -eq 28 ]
data remove --label "$word_b"; exits "remove" 0 '^6 samples taken out'
holds "they are out" [ "$(listed)" -eq 22 ]
data commit -m "fewer"; exits "another version" 0 ': 22 samples'
data diff head~1 head --json; exits "between two versions" 0 '"added":0,"removed":6,"changed":6'
data checkout "$v1"; exits "back" 0 "$v1: 28 samples"
holds "all are there" [ "$(listed)" -eq 28 ]
data list --label "$word_a" --json; exits "as they were" 0 '"n":6'
holds "without the licence" sh -c "! grep -q licence '$tmp/out'"
data log; exits "the head is the first again" 0 "^$v1 +head"
data checkout nothing; exits "a version that is none" 1 'no version "nothing"'
data checkout head~5; exits "one before the first" 1 'no version'
data diff abc; exits "too few characters" 1 'at least 4'
data checkout head~x; exits "no number" 1 'no version'

# --- the same data in any order is the same version
run new "$tmp/q" --task keyword --labels "$word_a,$word_b"
mkdir "$tmp/parts"
cp -r "$tmp/clips" "$tmp/parts/clips"; rm -r "$tmp/parts/clips/other"
"$thimble" data import "$tmp/parts/clips" --project "$tmp/q" >/dev/null 2>&1
"$thimble" data import "$tmp/clips" --project "$tmp/q" >/dev/null 2>&1
"$thimble" data split --project "$tmp/q" >"$tmp/held" && "$thimble" data split --project "$p" >"$tmp/held"
for i in p q; do "$thimble" data commit --project "$tmp/$i" | cut -c 1-20 >"$tmp/$i.version"; done
holds "order of coming does not matter" cmp "$tmp/q.version" "$tmp/p.version"

# --- a run names what it saw
run train "$p" --preset tiny-conv --epochs 1; exits "train" 0
v=$(head_id)
run runs "$p" --json; exits "the run names the version" 0 "\"data_version\":\"$v\""
data set --name speaker1_ notes="coughs"; exits "a change after it" 0
run train "$p" --preset tiny-conv --epochs 1; exits "train again" 0
holds "a version of its own" [ "$(head_id)" != "$v" ]
data log; exits "by itself" 0 'for thimble train'

# --- lists and edits
data list --split test --kind sound; exits "a list" 0 'samples$'
data list --label "$word_a" --json; exits "as JSON" 0 '"samples":\[\{"hash":"[0-9a-f]{64}"'
data list --kind fly; exits "a kind that is none" 2 'sound, signal or picture'
data list --split fly; exits "a split that is none" 2 'train, val or test'
data set colour=red --all; exits "a key that is none" 2 'colour.*licence'
data set hash=00 --all; exits "a key that is the file's" 2 'comes from the file'
data set licence --all; exits "no value" 2 'KEY=VALUE'
data set split=fly --all; exits "a split that cannot be" 2 'train, val or test'
data set label=fly --all; exits "a label that the project has not" 2 'no label of this project'
data set label=a/b --all; exits "a label that cannot be" 2
data set licence=x; exits "which ones?" 2 '--all'
data set --subject nobody licence=x; exits "none is like that" 1 'no sample is like that'
data set --name speaker2_ --label "$word_a" label="$word_b" labels=loud,far split=val; exits "a label" 0 '^1 samples'
data list --label far --json; exits "further labels are found" 0 "\"label\":\"$word_b\",\"labels\":\"loud,far\",\"word\":\"$word_b\".*\"split\":\"val\""
data set --label far label=unknown; exits "unknown by hand" 0
data list --label far --json; exits "stays unknown" 0 '"label":"unknown"'

# --- export
data export "$tmp/out.d"; exits "export" 0 '^28 samples in'
holds "names of the source" [ -f "$tmp/out.d/$word_a/speaker1_nohash_0.wav" ]
holds "the same bytes" cmp "$tmp/out.d/$word_a/speaker1_nohash_0.wav" "$p/data/objects/$("$thimble" data list --project "$p" --name "$word_a/speaker1_" --json | tail -1 | sed -E 's/.*"hash":"(..)([0-9a-f]{62}).*/\1\/\2.wav/')"
holds "a line for each" [ "$(wc -l <"$tmp/out.d/index.csv")" -eq 29 ]
holds "quoted where needed" grep -q '"loud,far"' "$tmp/out.d/index.csv"
run new "$tmp/again" --task keyword --labels "$word_a,$word_b"
run data import "$tmp/out.d" --project "$tmp/again"; exits "and back in" 0 '^28 clips imported'
data export "$tmp/out.d"; exits "not over another" 1 'not empty'
data export "$tmp/none" --label nobody; exits "nothing to export" 1 'no such sample'

# --- clean
before=$(files)
data clean; exits "all files are used" 0 '^0 files'
wav "$tmp/clips/$word_a/new_nohash_0.wav" hz=777
data import "$tmp/clips"; exits "one more" 0
data remove --name new_nohash; exits "and out again" 0
data clean; exits "its file is not used" 0 '^1 files.*used by no version'
holds "it is only listed" [ "$(files)" -eq $((before + 1)) ]
data clean --delete; exits "until it is deleted" 0 '^1 files'
holds "and only that" [ "$(files)" -eq "$before" ]
data check; exits "nothing is missing" 0

# --- what stands in the way
chmod -R a-w "$p" 2>/dev/null
if [ "$(id -u)" -ne 0 ]; then
	data list; exits "a read-only project can be listed" 0 'all'
	data set --all notes=x; exits "but not changed" 1 'thimble.db'
fi
chmod -R u+w "$p"
cp "$p/thimble.db" "$tmp/good.db"
head -c 20000 /dev/urandom >"$p/thimble.db"
data list; exits "a damaged database" 1 'is damaged.*copy'
cp "$tmp/good.db" "$p/thimble.db"
finish
