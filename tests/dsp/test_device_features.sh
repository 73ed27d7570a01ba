#!/bin/sh
# The features are the same, bit for bit, on the emulated Cortex-M4F as on this computer.
# Under sanitizers: make soak
cd "$(dirname "$0")/../.." || exit 1
if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	echo "ok 1 # SKIP arm-none-eabi-gcc or qemu-system-arm is not here"
	exit 0
fi
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
sed 's/@FLASH_AT@/0x0/; s/@FLASH_BYTES@/1M/; s/@RAM_AT@/0x20000000/; s/@RAM_BYTES@/256K/; s/@STACK_BYTES@/8192/' \
	device/link.ld.in >"$tmp/link.ld"
for level in -O2 -Os; do
	arm-none-eabi-gcc -std=gnu99 -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 $level -ffp-contract=off \
		-ffreestanding -fbuiltin -fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections -Wall -Isrc -Idevice \
		-DDEVICE_CLOCK='"clock_cmsdk.h"' -DDEVICE_CLOCK_AT=0x40000000u -nostdlib -T "$tmp/link.ld" -Wl,--gc-sections \
		device/cortexm.c device/start.c device/semihost.c device/libc.c tests/dsp/device_features.c \
		src/base/*.c src/dsp/*.c -lgcc -o "$tmp/features.elf" || exit 1
	timeout 60 qemu-system-arm -M mps2-an386 -icount shift=0 -nographic -monitor none -serial none \
		-semihosting-config enable=on,target=native -kernel "$tmp/features.elf" </dev/null || failed=1
done
exit "${failed-0}"
