#!/bin/sh
# engine.sh state               what making the explorables' engine needs: "ready", or "no clang" and the like
# engine.sh compile FILE.c OUT  one of its files (web/engine/files.txt) to WebAssembly
# engine.sh link OUT FILE.o..   all of them to OUT, with what src/explore/explore.h declares as exports; without files,
#                               when something is missing, an empty OUT: the pages then say so
cd "$(dirname "$0")/.." || exit 1
sysroot=/usr # Debian's wasi-libc: headers in include/wasm32-wasi, libraries in lib/wasm32-wasi

state() {
	if ! command -v clang >/dev/null 2>&1; then echo "no clang"
	elif ! command -v wasm-ld >/dev/null 2>&1; then echo "no lld"
	elif ! [ -f "$sysroot/lib/wasm32-wasi/libc.a" ]; then echo "no wasi-libc"
	elif ! [ -f "$(clang --target=wasm32-wasi -print-libgcc-file-name)" ]; then echo "no libclang-rt-14-dev-wasm32"
	else echo ready
	fi
}

exports() {
	sed -n 's/^[a-z].*[ *]\(th_explore_[a-z_0-9]*\)(.*/-Wl,--export=\1/p' src/explore/explore.h
}

compile() {
	clang --target=wasm32-wasi --sysroot="$sysroot" -std=c11 -D_POSIX_C_SOURCE=200809L -Os -ffp-contract=off \
		-ffunction-sections -fdata-sections -Isrc -include web/engine/lists.h -MMD -MP -c "$1" -o "$2"
}

link() {
	out=$1
	shift
	if [ $# -eq 0 ]; then
		echo "web: the explorables of the courses show their words only: $(state | sed 's/no //') was missing when they were built. Mend it with: ./run setup && make" >&2
		: >"$out"
		return
	fi
	# shellcheck disable=SC2046 # a word for each function
	clang --target=wasm32-wasi --sysroot="$sysroot" -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all \
		-Wl,--export=malloc -Wl,--export=free $(exports) "$@" -lm -o "$out"
}

case ${1-} in
state) state ;;
compile) compile "$2" "$3" ;;
link) shift; link "$@" ;;
*) echo "engine.sh: state, compile FILE.c OUT or link OUT FILE.o.." >&2; exit 2 ;;
esac
