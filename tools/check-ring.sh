#!/bin/sh
# check-ring.sh FILE.c..   Compiles the ring's files as strict C99 for this computer and, where the
# compilers are here, for ARM Cortex-M4 and M55 and for an AVR, where int has 16 bits.
rc=0
try() { # try WHAT COMPILER WORDS..
	what=$1; shift
	command -v "$1" >/dev/null 2>&1 || { echo "ring-c99: $what: no $1 here (./run setup --dev)"; return; }
	for f in $files; do
		"$@" -std=c99 -pedantic-errors -Wall -Wextra -Werror -ffreestanding -Isrc -fsyntax-only "$f" || rc=1
	done
	echo "ring-c99: $what: $n files"
}
files=$*; n=$#
[ "$n" -gt 0 ] || { echo "check-ring.sh FILE.c.."; exit 2; }
try "this computer" "${CC:-cc}"
case $("${CC:-cc}" -dumpmachine) in
x86_64-*) try "AVX-512" "${CC:-cc}" -mavx2 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx512vnni ;;
esac
try "Cortex-M4" arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb
try "Cortex-M55" arm-none-eabi-gcc -mcpu=cortex-m55 -mthumb -mfloat-abi=hard
# An AVR's double has 32 bits, which C99 forbids: its compiler warns about our 64-bit constants.
try "AVR" avr-gcc -Wno-overflow -mmcu=atmega2560
exit $rc
