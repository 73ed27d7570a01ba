#!/bin/sh
# test_device_blocks.sh [BOARD..]   Transforms and blocks of features are the same, bit for bit, on the emulated boards (nano33ble
# alone when none is named) as on this computer; says what each costs in instructions.
# Under sanitizers: make soak
exec "$(dirname "$0")/on_boards.sh" device_blocks.c "$@"
