#!/bin/sh
# micro.sh PROGRAM   Holds dsp/micro.h against TensorFlow's microfrontend and, when every value is equal, writes the hashes of all
# values to tests/micro.rows, so that a checkout alone tests them.  PROGRAM is built outside of this tree, from commit 90b983c2 of
# tensorflow/tflite-micro (tensorflow/lite/experimental/microfrontend/lib, with kissfft v130 and third_party/kissfft/kissfft.patch):
#   PROGRAM RATE WINDOW_MS STEP_MS CHANNELS LOWER UPPER SMOOTHING_BITS EVEN ODD MIN_SIGNAL PCAN STRENGTH OFFSET GAIN_BITS LOG SHIFT
# are the members of its FrontendConfig.  It reads clips from standard input, each an int32 n and n int16, and writes for each,
# after FrontendReset, an int32 n and n uint16: the values of all frames.  New settings: add a line to tests/micro.rows first.
# After make build/release/tests/dsp/test_micro; needs ../shared.
set -eu
rows=$(mktemp); trap 'rm -f "$rows" "$rows.log"' EXIT
THIMBLE_MICRO=$1 THIMBLE_ROWS=$rows build/release/tests/dsp/test_micro >"$rows.log" 2>&1 || { cat "$rows.log"; exit 1; }
cp "$rows" tests/micro.rows
wc -l tests/micro.rows
