#!/bin/sh
# thimble bench: tables and JSON on this computer and on an emulated board, and what --check says against a baseline.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}
model=$shared/models/kws_ref_model.tflite small=$shared/models/hello_world_int8.tflite

# shellcheck disable=SC2317  # holds runs it
narrow() { awk 'length > 100 { exit 1 }' "$tmp/out"; }

run bench; exits "no models" 2 'Usage: thimble bench MODEL'
holds "and an example" grep -q 'thimble bench kws.tflite' "$tmp/err"
run bench a.tflite --host --board m3; exits "board and host" 2 'give one'
run bench a.tflite --host --check; exits "times have no baseline" 2 'check.*boards'
run bench a.tflite --as zip; exits "--as zip" 2 'c or package'
run bench a.tflite --as package --check; exits "no baseline of packages" 2 'generated C'
run bench a.tflite --board pdp11; exits "no such board" 2 'pdp11'
run bench a.tflite --host --threads 0; exits "no threads" 2 'threads'
run bench "$tmp/none.tflite" --host; exits "no such model" 1 'none\.tflite'
printf 'not a model' >"$tmp/bad.tflite"
run bench "$tmp/bad.tflite" --host; exits "a file that is no model" 1 'bad\.tflite'

if [ ! -r "$model" ]; then
	skip "models" "$model is not here"
	finish
fi
run bench "$model" "$small" --host --rounds 2 --threads 2 --layers; exits "on this computer" 0 'times plain'
holds "a row of the plain kernels" grep -qE 'kws_ref_model +2,656,768  plain +1 .* 1\.0 ' "$tmp/out"
holds "a row with two threads" grep -qE '^ +[a-z0-9-]+ +2 ' "$tmp/out"
# shellcheck disable=SC2016  # fields of awk
holds "shares make up the whole" awk '$NF == "%" && $1 ~ /^[0-9]+$/ { sum += $(NF - 1) } $1 == "layer" { tables++ }
	END { exit !(tables >= 2 && sum > 99 * tables && sum < 101 * tables) }' "$tmp/out"
holds "100 columns" narrow
THIMBLE_ISA=plain run bench "$model" --host --rounds 1 --json; exits "plain kernels only" 0 '"kernels":"plain","threads":1'
holds "one way" [ "$(grep -o '"kernels"' "$tmp/out" | wc -l)" -eq 1 ]
if [ "$(uname -m)" = x86_64 ]; then
	THIMBLE_ISA=sse2 run bench "$model" --host --rounds 3 --json; exits "kernels of SSE2" 0 '"kernels":"sse2"'
	# shellcheck disable=SC2016
	holds "they are faster" awk -F'"times_plain":' '{ exit !($3 + 0 > 1.2) }' "$tmp/out"
	run bench "$small" --host --rounds 1 --families; exits "every family" 0 ' sse2 '
fi
THIMBLE_ISA=z80 run bench "$model" --host; exits "kernels of no machine" 2 'THIMBLE_ISA=z80'
run bench "$small" "$tmp/bad.tflite" --host --rounds 1; exits "one of two cannot be measured" 1 '1 of 2 models'
holds "the other one was" grep -q '^hello_world_int8 .*plain' "$tmp/out"
run deploy "$small" --as package --out "$tmp/thm"; exits "a package" 0
run bench "$tmp/thm/model.thm" --host --rounds 1; exits "a package on this computer" 0 '^model .*plain'
run_without_tools() {
	env PATH=/nothing "$thimble" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
}
run_without_tools bench "$small" --rounds 1; exits "no tools: this computer" 0 'hello_world_int8 .*plain'
holds "and it says so" grep -q 'note: .*--host.*not installed' "$tmp/err"
run_without_tools bench "$small" --check; exits "no tools, but a check" 1 'not installed'

if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	skip "boards" "arm-none-eabi-gcc or qemu-system-arm is not here"
	finish
fi
run emulate "$model" --in "$shared/goldens/kws_ref_model.seed1.in.bin" --json; exits "emulate" 0
want=$(sed 's/,"instructions_by_layer".*//; s/.*"instructions":\([0-9]*\).*/\1/' "$tmp/out")
run bench "$model" --json --save "$tmp/now.tsv"; exits "the same model" 0 "\"instructions\":$want,"
holds "compared with CMSIS-NN" grep -q '"cmsis_nn":{"instructions":{"was":7696920,' "$tmp/out"
row=$(grep '^thimble.nano33ble.kws_ref_model' "$tmp/now.tsv")
holds "the saved row has the count" [ "$(printf '%s' "$row" | cut -f 5)" = "$want" ]
holds "one row of it" [ "$(grep -c '^thimble.nano33ble.kws_ref_model' "$tmp/now.tsv")" -eq 1 ]
run bench "$model" --baseline "$tmp/now.tsv" --check --layers; exits "checked against itself" 0 'baseline +same +same +same +same'
holds "its table has 100 columns" narrow

# scaled PERCENT FIELD: the saved baseline with that field as if it had been so much
scaled() { awk -F'\t' -v OFS='\t' -v p="$1" -v f="$2" '$1 == "thimble" { $f = int($f * p / 100) } { print }' "$tmp/now.tsv" >"$tmp/was.tsv"; }
scaled 95 5; run bench "$model" --baseline "$tmp/was.tsv" --check; exits "5 % more instructions" 1 '1 figure is more than 1 % worse'
holds "the cell says so" grep -qE 'against baseline +5\.[0-9]% worse +same' "$tmp/out"
scaled 95 7; run bench "$model" --baseline "$tmp/was.tsv" --check; exits "5 % more code" 1 '1 figure is'
scaled 99.5 5; run bench "$model" --baseline "$tmp/was.tsv" --check; exits "half a percent more" 0 '0\.5% worse'
scaled 110 6; run bench "$model" --baseline "$tmp/was.tsv" --check; exits "less RAM" 0 '9\.[0-9]% better'
run bench "$small" --baseline "$tmp/now.tsv" --check; exits "a model without a row" 1 'no row for 1 of 1'
scaled 95 5; run bench "$model" --baseline "$tmp/was.tsv"; exits "worse, but no check" 0 'worse'
echo 'thimble	nano33ble	x' >"$tmp/bad.tsv"
run bench "$model" --baseline "$tmp/bad.tsv"; exits "a baseline that is none" 1 'bad\.tsv, line 1'
run bench "$tmp/thm/model.thm" --as package; exits "the executor on the board" 0 'model +288 +[0-9,]+'
run bench "$small" --board rp2040; exits "a board that is not emulated" 0 'hello_world_int8 +288 +- +- '
finish
