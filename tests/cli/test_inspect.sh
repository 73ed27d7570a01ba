#!/bin/sh
# thimble inspect with several models: one arena.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}
a=$shared/models/hello_world_int8.tflite b=$shared/models/hello_world_float.tflite c=$shared/models/trained_lstm_int8.tflite

run inspect none.tflite none2.tflite; exits "no such models" 1 'none.tflite'
if [ ! -r "$a" ] || [ ! -r "$c" ]; then
	skip "several models" "$a is not here"
	finish
fi
arena() { "$thimble" inspect "$@" --json | tr ',{}' '\n' | sed -n 's/.*"'"${what:-arena_bytes}"'": *\([0-9]*\).*/\1/p' | tail -1; }
alone_a=$(arena "$a") alone_b=$(arena "$b") alone_c=$(arena "$c")

run inspect "$a" "$b"; exits "two models" 0 'one after the other: [0-9]+ bytes'
both=$(arena "$a" "$b") kept=$(what=arena_bytes_kept arena "$a" "$b")
holds "as much as the larger one" test "$both" -eq "$alone_b"
holds "kept: both, aligned" test "$kept" -ge $((alone_a + alone_b)) -a "$kept" -lt $((alone_a + alone_b + 16))
with_state=$(arena "$a" "$c")
holds "state stays, so nothing is shared with it" test "$with_state" -ge $((alone_a + alone_c))
run inspect "$a" "$b" --board nano33ble; exits "and the board" 0 'bytes of RAM'

# row bands: less arena, the same bytes, and a switch
net=$shared/models/person_detect.tflite in=$shared/goldens/person_detect.seed1.in.bin
want=$shared/goldens/person_detect.seed1.out.bin
run inspect "$a" --bands some; exits "--bands some" 2 'takes auto or off, not "some"'
run inspect "$net"; exits "a picture network runs in bands" 0 '^operators 0 1 2 3 run in [0-9]+ bands of [0-9]+ rows$'
holds "and what they save is said" grep -qE '^bands save [0-9]+ bytes of arena and cost [0-9.]+ % more MACs; --bands off' "$tmp/out"
with=$(arena "$net") without=$(arena "$net" --bands off)
holds "the arena is an eighth smaller at least" test $((8 * with)) -le $((7 * without))
holds "as the JSON says of itself" test "$(what=arena_without_bands arena "$net")" -eq "$without"
run inspect "$net" --bands off; exits "without bands" 0 'no plan in this order'
holds "there are none" sh -c "! grep -q bands '$tmp/out'"
run inspect "$a"; exits "a network that gains nothing" 0 'no plan in this order'
holds "has none" sh -c "! grep -q bands '$tmp/out'"
for bands in auto off; do
	run deploy "$net" --bands $bands --as package --out "$tmp/$bands"; exits "a package, --bands $bands" 0 'model.thm'
	holds "its executor gives the host's bytes" make -s -C "$tmp/$bands" test
	run run "$tmp/$bands/model.thm" --in "$in" --out "$tmp/out.bin"; exits "it is believed and runs" 0
	holds "it gives the bytes of TensorFlow Lite Micro" cmp "$tmp/out.bin" "$want"
	run deploy "$tmp/$bands/model.thm" --bands $bands --as package --out "$tmp/again"; exits "a package of it" 0
	holds "it is the same" cmp "$tmp/$bands/model.thm" "$tmp/again/model.thm"
done
finish
