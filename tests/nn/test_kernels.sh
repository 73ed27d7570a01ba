#!/bin/sh
# Every kernel has a number in src/nn/kernels.h, or a package could not name it.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

grep -rhoE '^void th_[a-z0-9_]+\(const void \*par, const void \*const \*in' src/nn --include='*.c' |
	grep -oE 'th_[a-z0-9_]+' | grep -v '_part$' | sort -u >"$tmp/kernels"
grep -oE 'th_[a-z0-9_]+' src/nn/kernels.h | sort -u >"$tmp/numbered"
holds "there are kernels" test "$(wc -l <"$tmp/kernels")" -gt 50
comm -23 "$tmp/kernels" "$tmp/numbered" >"$tmp/missing"
holds "all have a number: $(tr '\n' ' ' <"$tmp/missing")" test ! -s "$tmp/missing"
finish
