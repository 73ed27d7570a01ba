#!/bin/sh
# sizes.sh   (make size-table)   Compiles all that may run on a device for every core of src/deploy/board.c and prints how
# many bytes each function (with its tables) has and which others it needs. `thimble inspect` adds them up where the board's
# compiler is not installed (src/deploy/sizes.c).
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT

# "NAME|COMPILER|FLAGS" of each core, in the order of the file
awk '/^static const th_core /{core = 1; gcc = "arm-none-eabi-gcc"}
	core && /\.name =/{split($0, w, "\""); name = w[2]}
	core && /\.compiler =/{split($0, w, "\""); gcc = w[2]}
	core && /\.flags =/{line = $0; flags = ""; while (match(line, /"[^"]*"/)) {
		flags = flags " " substr(line, RSTART + 1, RLENGTH - 2); line = substr(line, RSTART + RLENGTH)}}
	core && /^};/{print name "|" gcc "|" flags; core = 0}' src/deploy/board.c >"$tmp/cores"
common=$(awk '/static const char \*const flags\[\]/{on = 1} on{line = $0; while (match(line, /"-[^"]*"/)) {
	f = substr(line, RSTART + 1, RLENGTH - 2); if (f !~ /callgraph|-W|-I/) print f; line = substr(line, RSTART + RLENGTH)}}
	on && /NULL/{exit}' src/deploy/firmware.c)

# A network of $1 steps, as codegen.c writes it.
network() {
	awk -v n="$1" 'BEGIN {
		print "#include <stdint.h>\nstatic union { uint8_t byte[4096]; int64_t whole; double real; } arena __attribute__((aligned(16)));"
		print "void step(const void *p, const void *const *in, void *const *out, void *scratch);"
		print "struct par { int32_t v[24]; };"
		for (i = 0; i < n; i++) printf "static const struct par p%d = {{%d}};\nstatic const void *const in%d[] = {arena.byte + %d};\n" \
			"static void *const out%d[] = {arena.byte + %d};\n", i, i + 1, i, 64 * i, i, 64 * i + 32
		print "int model_init(void) { return 0; }\nconst uint32_t model_input_bytes[1] = {8}, model_output_bytes[1] = {8};"
		print "void *model_input(int index) { static void *const at[1] = {arena.byte}; return at[index]; }"
		print "const void *model_output(int index) { static const void *const at[1] = {arena.byte + 8}; return at[index]; }"
		print "int model_invoke(void) {"
		for (i = 0; i < n; i++) printf "    step(&p%d, in%d, out%d, arena.byte + %d);\n", i, i, i, i % 2 ? 2048 : 3072
		print "    return 0;\n}" }'
}
network 1 >"$tmp/model_one.c"
network 9 >"$tmp/model_nine.c"
cat >"$tmp/model.h" <<-'END'
	#include <stdint.h>
	#define MODEL_AUDIO 0
	#define MODEL_STEPS 1
	#define MODEL_INPUTS 1
	#define MODEL_OUTPUTS 1
	extern const uint32_t model_input_bytes[1], model_output_bytes[1];
	int model_init(void);
	void *model_input(int index);
	const void *model_output(int index);
	int model_invoke(void);
END

# objdump's sections, symbols and relocations to "S NODE BYTES" and "R NODE NODE"; a node is FILE:SECTION
graph() {
	awk '/file format/{file = $1; sub(/:$/, "", file); sub(/.*\//, "", file); sub(/\.o$/, "", file); split("", in_section); next}
		/^ +[0-9]+ \./{name = $2; bytes = $3; next}
		/ALLOC/ && !/NOBITS/ && name ~ /^\.(text|rodata|srodata|data|sdata|vectors)/ && bytes != "00000000" {
			print "S", file ":" name, bytes; name = ""; next}
		/^[0-9a-f]+ [lg w!].* \./{ # a symbol
			for (i = 2; i < NF; i++) if ($i ~ /^\./) {
				in_section[$NF] = $i
				if ($0 ~ /^[0-9a-f]+ ([gw]|.w)/) print "G", $NF, file ":" $i
				break}
			next}
		/^RELOCATION/{from = $4; gsub(/[\[\]:]/, "", from); next}
		$2 ~ /^R_RISCV_CALL/{print "D", file ":" from} # the linker makes one instruction of two
		/^[0-9a-f]+ R_/{to = $3; sub(/[+-]0x.*/, "", to)
			if (to in in_section) to = file ":" in_section[to]
			else if (to ~ /^\./) to = file ":" to
			if (from ~ /^\.(text|rodata|srodata|data|sdata|vectors)/ && to != "*ABS*") print "R", file ":" from, to}'
}

k=0
while IFS='|' read -r _ gcc flags; do
	dump=${gcc%gcc}objdump
	list=""
	mkdir -p "$tmp/$k"
	for f in "$tmp/model_one.c" "$tmp/model_nine.c" device/*.c src/base/*.c src/nn/*.c src/nn/*/*.c; do
		case $f in *prepare.c | src/nn/fast.c | src/nn/op.c | src/nn/kernels.c | src/nn/x86/* | src/nn/vec/*) continue ;; esac
		level=-O2 extra=''
		case $f in device/* | "$tmp"/*) level=-Os ;; esac
		[ "$f" = device/libc.c ] && extra='-fno-builtin -fno-tree-loop-distribute-patterns'
		o=$tmp/$k/$(basename "$f" .c).o
		# shellcheck disable=SC2086  # flags are words
		$gcc $flags $common $level $extra -Isrc -Idevice -I"$tmp" -DDEVICE_CLOCK='"clock_none.h"' -DDEVICE_CLOCK_AT=0 -w -c "$f" -o "$o" \
			2>"$tmp/err" || { cat "$tmp/err" >&2; exit 1; }
		list="$list $o"
	done
	# shellcheck disable=SC2086
	{ $dump -h -t -r $list; $dump -h -t -r "$($gcc $flags -print-libgcc-file-name)"; } 2>/dev/null | graph | sed "s/^/$k /"
	k=$((k + 1))
done <"$tmp/cores" >"$tmp/graph"

awk -v cores="$(cut -d'|' -f1 "$tmp/cores" | tr '\n' '|')" '
	function hex(s,  v, i) { v = 0; for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
	function short(n) { sub(/:\.(text|rodata|srodata|data|sdata)\.?(startup\.)?/, ":", n); gsub(/\.(part|isra|constprop)\.[0-9]+/, "", n); return n }
	NR == FNR { if ($2 == "G") at[$1, $3] = $4; next }
	$2 == "S" { n = short($3); size[n, $1] += int((hex($4) + 3) / 4) * 4; node[n] = 1 }
	$2 == "D" { size[short($3), $1] -= 4 }
	$2 == "R" { to = $4; if (to !~ /:/) to = ($1, to) in at ? at[$1, to] : ""; if (to == "") next
		a = short($3); b = short(to); if (a == b || a ~ /^model_/ || b ~ /^model_/ || (a, b, $1) in edge) next
		edge[a, b, $1] = 1
		if (!((a, b) in mask)) needs[a] = needs[a] " " b
		mask[a, b] += 2 ^ $1 }
	function mark(n,  w, i, m) { if (n in seen) return; seen[n] = 1; m = split(needs[n], w, " "); for (i = 1; i <= m; i++) mark(w[i]) }
	END {
		n_cores = split(cores, core, "|") - 1
		print "/* Made by tools/sizes.sh: bytes of every function for each core, and what it needs. */\n#include \"deploy/sizes.h\"\n"
		print "/* clang-format off */"
		printf "const char *const th_sizes_core[] = {"
		for (k = 1; k <= n_cores; k++) printf "\"%s\", ", core[k]
		print "NULL};\nconst th_sizes_row th_sizes_table[] = {"; fflush()
		for (n in node) if (n ~ /:th_/ || n ~ /^model_(one|nine):model_(init|invoke|input|output)$/ || n ~ /^(main|cortexm|riscv):/) mark(n)
		for (n in seen) if (n in node) {
			line = sprintf("{\"%s\", {", n)
			for (k = 0; k < n_cores; k++) line = line sprintf("%s%d", k ? ", " : "", size[n, k])
			m = split(needs[n], w, " "); list = ""
			for (i = 1; i <= m; i++) if (w[i] in node) list = list (list == "" ? "" : " ") sprintf("%s@%x", w[i], mask[n, w[i]])
			print line "}, \"" list "\"}," | "LC_ALL=C sort"
		}
		close("LC_ALL=C sort")
		print "{NULL, {0}, NULL}};" }' "$tmp/graph" "$tmp/graph"
