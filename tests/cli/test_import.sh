#!/bin/sh
# Recordings as people have them: odd formats, broken files, labels that cannot be. Each is taken or refused with a reason.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

project() { # a new project with the labels $1 in $tmp/p, clips in $tmp/clips
	rm -rf "$tmp/p" "$tmp/clips" && mkdir "$tmp/clips"
	run new "$tmp/p" --task keyword --labels "$1"
}
clips() { find "$tmp/p/data/objects" -name '*.wav' 2>/dev/null | wc -l; }

project ja,JA; exits "two labels that differ by case" 2 'case'
project 'a/b'; exits "a label with a slash" 2
project .ja; exits "a label that would be a hidden folder" 2
project unknown,silence; exits "no keyword at all" 2
project ja; exits "a new project" 0
run new "$tmp/p" --task keyword --labels ja; exits "a project where one is already" 1
run new "$tmp/q" --task fly --labels ja; exits "a task that is none" 2 'keyword'

mkdir -p "$tmp/clips/ja"
wav "$tmp/clips/ja/a_plain.wav"
wav "$tmp/clips/ja/b_24bit.wav" bits=24 hz=500
wav "$tmp/clips/ja/c_8channels.wav" channels=8 rate=8000 hz=600
wav "$tmp/clips/ja/d_8bit.wav" bits=8 rate=44100 hz=700
run data import "$tmp/clips" --project "$tmp/p" --labels ja; exits "odd formats are taken" 0
holds "all four of them" [ "$(clips)" -eq 4 ]
run data import "$tmp/clips" --project "$tmp/p" --labels ja; exits "the same import again" 0
holds "adds nothing twice" [ "$(clips)" -eq 4 ]

project ja
mkdir -p "$tmp/clips/ja"
: >"$tmp/clips/ja/empty.wav"
head -c 30 tests/cli/lib.sh >"$tmp/clips/ja/text.wav"
wav "$tmp/clips/ja/one_hertz.wav" rate=1 seconds=3
head -c 44 /dev/zero >"$tmp/clips/ja/zeros.wav"
wav "$tmp/whole.wav"; head -c 20000 "$tmp/whole.wav" >"$tmp/clips/ja/truncated.wav"
run data import "$tmp/clips" --project "$tmp/p" --labels ja; exits "nothing but broken files" 1 'ja/'
wav "$tmp/clips/ja/good.wav"
run data import "$tmp/clips" --project "$tmp/p" --labels ja; exits "one good file among broken ones" 0
holds "the good one is there" [ "$(clips)" -eq 1 ]
holds "each broken one is named" sh -c "for f in empty text one_hertz zeros truncated; do grep -q \"\$f\" '$tmp/err' '$tmp/out' || exit 1; done"

project ja
mkdir -p "$tmp/clips/ja" "$tmp/clips/_background_noise_"
wav "$tmp/clips/_background_noise_/day.wav" bits=8 rate=8000 seconds=2
truncate -s $((36000 * 8000)) "$tmp/clips/_background_noise_/day.wav"
printf '\004\145\052\021' | dd of="$tmp/clips/_background_noise_/day.wav" bs=1 seek=40 conv=notrunc 2>/dev/null # 10 h
wav "$tmp/clips/ja/good.wav"
run data import "$tmp/clips" --project "$tmp/p" --labels ja; exits "the rest beside ten hours of room" 0
holds "and a word about the ten hours" grep -q 'day.wav.* long' "$tmp/err"
holds "which do not fill the disk" [ "$(du -sk "$tmp/p" | cut -f1)" -lt 40000 ]

run data import "$tmp/nowhere" --project "$tmp/p"; exits "a folder that is not there" 1 'nowhere'
run data import "$tmp/clips" --project "$tmp/nowhere"; exits "a project that is not there" 1 'nowhere'
mkdir "$tmp/void"
run data import "$tmp/void" --project "$tmp/p"; exits "an empty folder" 1 'void'
run data check --project "$tmp/p"; exits "a label with one clip is no error" 0
holds "but the check says it is few" grep -q "ja: 1 train" "$tmp/out"
finish
