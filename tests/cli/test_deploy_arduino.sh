#!/bin/sh
# thimble deploy --as arduino and --check-library; a sine network built by arduino-builder for a Mega 2560, whose emulated
# serial line says the host's bytes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

shared=${THIMBLE_SHARED:-../shared}
run deploy --check-library "$tmp/none"; exits "a library that is not there" 1 'none'
mkdir -p "$tmp/Bad Name/src"
echo 'name=Bad' >"$tmp/Bad Name/library.properties"
"$thimble" deploy --check-library "$tmp/Bad Name" >"$tmp/out" 2>"$tmp/err"; rc=$?
exits "a library that is none" 1 'error'
holds "what is wrong is said" grep -q 'error: library.properties: the field version is missing' "$tmp/out"
holds "and the folder's name" grep -q "error: Bad Name: the folder's name" "$tmp/out"
printf 'PK\003\004 no zip at all' >"$tmp/bad.zip"
run deploy --check-library "$tmp/bad.zip"; exits "a damaged zip" 1 'bad.zip'

model=$shared/models/hello_world_int8.tflite
if [ ! -f "$model" ]; then
	skip "libraries of reference models" "$shared is not here"
	finish
fi
run deploy "$model" --as arduino --out "$tmp/Sine.zip"; exits "a library as zip" 0 'Arduino library'
run deploy --check-library "$tmp/Sine.zip"; exits "the zip keeps the rules" 0 '0 warning'
run deploy "$model" --as arduino --out "$tmp/libraries/Sine"; exits "a library as folder" 0 'Arduino library'
run deploy --check-library "$tmp/libraries/Sine"; exits "the folder keeps the rules" 0 '0 warning'
run deploy "$model" --as arduino --out "$tmp/my model"; exits "a name that no library can have" 2 'cannot be a library'
run deploy "$model" "$model" --as arduino --out "$tmp/Two"; exits "two models in one library" 2 'one model'

for program in arduino-builder arduino-ctags qemu-system-avr od; do
	command -v $program >/dev/null || { skip "a Mega 2560" "$program is not here"; finish; }
done
[ -d /usr/share/arduino/hardware/arduino/avr ] || { skip "a Mega 2560" "arduino-core-avr is not here"; finish; }

# QEMU 7.2 has no timer 0, which delay() waits for, and gets __usmulhisi3_tail of libgcc wrong, which gcc calls from -O2 on.
mkdir -p "$tmp/sketch/Sine" "$tmp/build"
sed '/delay(/d' "$tmp/libraries/Sine/examples/Sine/Sine.ino" >"$tmp/sketch/Sine/Sine.ino"
# shellcheck disable=SC2317 # called by holds
build() {
	arduino-builder -compile -hardware /usr/share/arduino/hardware -tools /usr/bin -libraries "$tmp/libraries" \
		-fqbn arduino:avr:mega:cpu=atmega2560 -build-path "$tmp/build" -prefs tools.ctags.path=/usr/bin \
		-prefs 'tools.ctags.cmd.path={path}/arduino-ctags' -prefs \
		'tools.ctags.pattern="{cmd.path}" -u --language-force=c++ -f - --c++-kinds=svpf --fields=KSTtzns --line-directives "{source_file}"' \
		-prefs 'tools.preproc.pattern="{compiler.path}{compiler.cpp.cmd}" {compiler.cpp.flags} "{source_file}" -o "{preprocessed_file_path}"' \
		-prefs runtime.tools.avr-gcc.path=/usr -prefs compiler.cpp.extra_flags=-DDECIMAL_DIG=10 \
		-prefs runtime.tools.avrdude.path=/usr -prefs compiler.c.extra_flags=-O1 "$1"
}
holds "arduino-builder builds it for a Mega 2560" build "$tmp/sketch/Sine/Sine.ino"
: >"$tmp/said"
qemu-system-avr -M mega2560 -bios "$tmp/build/Sine.ino.elf" -display none -monitor none -serial stdio </dev/null >"$tmp/said" 2>&1 &
pid=$!
i=0
while [ $i -lt 300 ] && [ "$(wc -l <"$tmp/said")" -lt 70 ]; do sleep 0.1; i=$((i + 1)); done
kill $pid; wait $pid 2>/dev/null
tr -d '\r' <"$tmp/said" | head -n 64 >"$tmp/lines" # x y in out
awk '{print $3}' "$tmp/lines" >"$tmp/numbers"
while read -r n; do printf '%b' "\\0$(printf %o $((n & 255)))"; done <"$tmp/numbers" >"$tmp/in.bin"
run run "$model" --in "$tmp/in.bin" --out "$tmp/out.bin"; exits "the host on the same numbers" 0
od -An -v -td1 -w1 "$tmp/out.bin" | awk '{print $1}' >"$tmp/want"
awk '{print $4}' "$tmp/lines" >"$tmp/got"
holds "64 answers" test "$(wc -l <"$tmp/got")" -eq 64
holds "the Mega 2560 says the host's bytes" cmp "$tmp/want" "$tmp/got"
# shellcheck disable=SC2016 # awk's own $1
holds "and it is a sine" awk '{d = $2 - sin($1); if (d > 0.2 || d < -0.2) bad = 1} END {exit bad || NR != 64}' "$tmp/lines"
finish
