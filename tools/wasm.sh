#!/bin/sh
# wasm.sh FOLDER OUT [WORDS..]   Compiles the folder that `thimble deploy --as c` or `--as package` wrote to a WebAssembly
# module without a C library.  It exports the functions of model.h, and main_selftest.c's main as "selftest".
# WORDS go to clang: -msimd128 for kernels of the family simd128.
[ $# -ge 2 ] || { echo "wasm.sh FOLDER OUT [WORDS..]" >&2; exit 2; }
here=$(dirname "$0") folder=$1 out=$2
shift 2
words="--target=wasm32 -std=c99 -O2 -ffp-contract=off -nostdlib -isystem $here/wasm"

# device/libc.c apart: who makes memcpy of a loop must not make that loop a call of memcpy.
# shellcheck disable=SC2086 # words is a list
{
	clang $words "$@" -ffreestanding -fno-builtin -c "$here/../device/libc.c" -o "$out.libc.o" &&
		find "$folder" -name "*.c" -exec clang $words -I"$folder" -Dmain=selftest "$@" "$out.libc.o" -Wl,--no-entry \
			-Wl,--export=selftest -Wl,--export=model_init -Wl,--export=model_input -Wl,--export=model_output \
			-Wl,--export=model_invoke -o "$out" {} +
}
rc=$?
rm -f "$out.libc.o"
exit $rc
