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
finish
