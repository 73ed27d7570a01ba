#!/bin/sh
# thimble deploy and emulate FIRST --with SECOND: a model that is always on wakes another one.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
p=$tmp/p

tone_clips "$tmp/clips"
run new "$p" --task keyword --labels "$word_a,$word_b" && run data import "$tmp/clips" --project "$p"
sed 's/^threshold = .*/threshold = 0.4/; s/^suppress_ms = .*/suppress_ms = 500/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p" --preset tiny-conv --epochs 6 --seed 7 && run quantize "$p"
exits "a model that hears two tones" 0

# --- what is wrong is said before anything is built
run deploy "$p" --with "$tmp/none" --as c --out "$tmp/x"; exits "--with nothing" 1 'none'
run deploy "$p" --with "$p" --wake maybe --as c --out "$tmp/x"; exits "--wake with a label that is none" 2 "maybe.*$word_a"
run deploy "$p" --with "$p" --wake silence --as c --out "$tmp/x"; exits "--wake with what is never detected" 2 'never detected'
run deploy "$p" --with "$p" --look 0 --as c --out "$tmp/x"; exits "--look 0" 2 '--look takes'
run deploy "$p" --with "$p" --look 2m --as c --out "$tmp/x"; exits "--look 2m" 2 '--look takes'
run deploy "$p" --with "$p" --fps 0 --as c --out "$tmp/x"; exits "--fps 0" 2 '--fps'
run deploy "$p" --with "$p" --as package --out "$tmp/x"; exits "two models as one package" 2 'holds one model'
run deploy "$p" "$p" --with "$p" --as c --out "$tmp/x"; exits "--with beside two models" 2 'one model beside one other'
run deploy "$p" --with "$p" --keep --as c --out "$tmp/x"; exits "--with --keep" 2 '--keep'
printf 'not a model' >"$tmp/bad.tflite"
run deploy "$p" --with "$tmp/bad.tflite" --as c --out "$tmp/x"; exits "--with a file that is no model" 1 'bad.tflite'
holds "nothing was written" test ! -e "$tmp/x" -a ! -e "$tmp/x.part"

# --- as C: models, arena, when one wakes the other
run deploy "$p" --with "$p" --wake "$word_b" --look 2s --as c --out "$tmp/c"; exits "as C" 0 '2 models in one arena'
holds "its self test" make -s -C "$tmp/c" test
holds "what wakes, and for how long" grep -q 'label = 1, .answers = 2, .skip = 32000, .rate = 16000000' "$tmp/c/model_together.c"
holds "the README has the loop" grep -q 'th_wake_answer' "$tmp/c/README.md"

# --- a small one before a large one
run deploy "$p" --with "$p" --gate 2 --as c --out "$tmp/x"; exits "--gate 2" 2 '--gate'
run deploy "$p" --with "$p" --gate 0.3 --as c --out "$tmp/g"; exits "a gate as C" 0 '2 models in one arena'
holds "its self test" make -s -C "$tmp/g" test
holds "one front end for both" sh -c "test -e '$tmp/g/model2_audio.c' -a ! -e '$tmp/g/model1_audio.c'"
cp -r "$p" "$tmp/other" && sed 's/^coefficients = .*/coefficients = 13/; s/^kind = .*/kind = mfcc/' "$p/thimble.ini" >"$tmp/other/thimble.ini"
run train "$tmp/other" --preset tiny-conv --epochs 1 --seed 7 && run quantize "$tmp/other"
run deploy "$tmp/other" --with "$p" --gate 0.3 --as c --out "$tmp/x"; exits "a gate of other features" 2 'other features'

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "on the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
	finish
fi
run data stream --project "$p" --out "$tmp/s.wav" --seconds 12; exits "a recording" 0
run emulate "$p" --with "$p" --clips; exits "--with --clips" 2 'leave --clips'
run emulate "$p" --with "$p" --feed "$tmp/s.wav"; exits "one feed for two models" 2 'two feeds'
run emulate "$p" --with "$p" --wake "$word_b" --feed "$tmp/s.wav" --feed "$tmp/s.wav" --json; exits "on the board" 0 '"host_equal":true'
holds "it was woken, and answered" grep -q '"answer":' "$tmp/out"
# the looks take a second of the sound each, the joined arena is that of one of the two
holds "arena and energy of the three ways" sh -c "tail -n 1 '$tmp/out' | grep -Eq '\"look_s\":1(\.0)?,.*\"first_alone\":.*\"second_always\":.*\"together\":'"
holds "the arena is shared" sh -c "tail -n 1 '$tmp/out' | sed 's/.*\"together\":{[^}]*\"arena\":\([0-9]*\).*\"arena_sum\":\([0-9]*\).*/\1 \2/' | awk '{exit !(\$2 == 2 * \$1)}'"
run emulate "$p" --with "$p" --gate 0.6 --feed "$tmp/s.wav" --json; exits "a gate on the board" 0 '"host_equal":true'
holds "some windows go through, and some do not" sh -c "sed 's/.*\"windows\":\([0-9]*\),\"windows_open\":\([0-9]*\).*/\1 \2/' '$tmp/out' | awk '{exit !(\$2 > 0 && \$2 < \$1)}'"
holds "heard and missed, of both ways" sh -c "grep -Eq '\"large_alone\":\{[^}]*\"misses\":.*\"gated\":\{[^}]*\"misses\":' '$tmp/out'"
run deploy "$p" --with "$p" --as firmware --out "$tmp/fw"; exits "as firmware" 0 'flash'
holds "how to run it" grep -q -- '--with' "$tmp/fw/README.md"
finish
