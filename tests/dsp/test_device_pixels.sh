#!/bin/sh
# test_device_pixels.sh [BOARD..]   Pictures, strokes and micro_speech's front end are the same, bit for bit, on the emulated boards
# (nano33ble alone when none is named) as on this computer; says what each costs in instructions.
# Under sanitizers: make soak
exec "$(dirname "$0")/on_boards.sh" device_pixels.c "$@"
