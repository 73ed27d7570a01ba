#!/bin/sh
# on_boards.sh PROGRAM.c [BOARD..]   Builds a program of this folder for emulated boards (nano33ble alone when none is named) and
# runs it there; it fails where the program does.
cd "$(dirname "$0")/../.." || exit 1
program=$1
shift
[ $# -gt 0 ] || set -- nano33ble
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
# The Pico has no emulator: its code, for a Cortex-M0+, runs on the Cortex-M3.
# board: machine, flags, flash, ram, its bytes, clock, its address, instructions per so many ticks (src/deploy/board.c)
boards="nano33ble|mps2-an386|-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16|0x0|0x20000000|256K|cmsdk|0x40000000u|40|1
pico|mps2-an385|-mcpu=cortex-m0plus -mthumb -mfloat-abi=soft|0x0|0x20000000|256K|cmsdk|0x40000000u|40|1
m3|mps2-an385|-mcpu=cortex-m3 -mthumb -mfloat-abi=soft|0x0|0x20000000|4M|cmsdk|0x40000000u|40|1
m7|mps2-an500|-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16|0x0|0x20000000|4M|cmsdk|0x40000000u|40|1
m33|mps2-an505|-mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16|0x10000000|0x38000000|4M|cmsdk|0x50000000u|50|1
m55|mps3-an547|-mcpu=cortex-m55 -mthumb -mfloat-abi=hard|0x10000000|0x30000000|512K|sse|0x58100000u|125|4
rv32|virt|-march=rv32imac -mabi=ilp32|0x80000000|0x80400000|512K|riscv|0|1|1"
for board; do
	row=$(echo "$boards" | grep "^$board|") || { echo "not ok 1 - there is no board $board"; exit 1; }
	IFS='|' read -r _ machine flags flash ram bytes clock at instr ticks <<-END
		$row
	END
	cc=arm-none-eabi-gcc start=device/cortexm.c emulator="qemu-system-arm -M $machine"
	[ "$board" != rv32 ] || cc=riscv64-unknown-elf-gcc start=device/riscv.c emulator="qemu-system-riscv32 -M $machine -bios none"
	if ! command -v $cc >/dev/null || ! command -v "${emulator%% *}" >/dev/null; then
		echo "ok 1 # SKIP $cc or ${emulator%% *} is not here"
		continue
	fi
	size=1M; [ "$board" != m55 ] || size=512K
	sed "s/@FLASH_AT@/$flash/; s/@FLASH_BYTES@/$size/; s/@RAM_AT@/$ram/; s/@RAM_BYTES@/$bytes/; s/@STACK_BYTES@/8192/" \
		device/link.ld.in >"$tmp/link.ld"
	echo "# $board"
	# shellcheck disable=SC2086  # flags are several words
	$cc -std=gnu99 $flags -O2 -ffp-contract=off -ffreestanding -fbuiltin -fno-tree-loop-distribute-patterns -ffunction-sections \
		-fdata-sections -Wall -Isrc -Idevice -DDEVICE_CLOCK="\"clock_$clock.h\"" -DDEVICE_CLOCK_AT="$at" -DDEVICE_INSTR="$instr" \
		-DDEVICE_TICKS="$ticks" -nostdlib -T "$tmp/link.ld" -Wl,--gc-sections $start device/start.c device/semihost.c \
		device/libc.c tests/dsp/"$program" src/base/*.c src/dsp/*.c -lgcc -o "$tmp/program.elf" || exit 1
	# shellcheck disable=SC2086
	timeout 300 $emulator -icount shift=0 -nographic -monitor none -serial none \
		-semihosting-config enable=on,target=native -kernel "$tmp/program.elf" </dev/null || failed=1
done
exit "${failed-0}"
