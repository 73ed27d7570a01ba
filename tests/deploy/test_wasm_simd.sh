#!/bin/sh
# Models as WebAssembly with the kernels of the family simd128, as C and as a package: main_selftest.c, run by node, gives
# the host's bytes.  How fast they are: tools/bench-wasm.sh.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}

for program in clang wasm-ld node; do
	command -v $program >/dev/null || { skip "kernels for WebAssembly" "$program is not here"; finish; }
done
[ -d "$shared/models" ] || { skip "kernels for WebAssembly" "$shared is not here"; finish; }

cat >"$tmp/run.js" <<'END'
const bytes = require('fs').readFileSync(process.argv[2]);
WebAssembly.instantiate(bytes, {}).then(w => process.exit(w.instance.exports.selftest()));
END

for model in kws_ref_model person_detect pretrainedResnet_quant micro_speech_quantized pretrainedResnet_float trained_lstm trained_lstm_int8; do
	for as in c package; do
		case $as-$model in package-person_detect | package-pretrained*) continue ;; esac # the same kernels as the C
		run deploy "$shared/models/$model.tflite" --isa simd128 --as $as --out "$tmp/$as"
		exits "$model as $as" 0
		holds "it has vector kernels" grep -q '_simd128' "$tmp/$as/model.c"
		holds "$model as $as compiles" tools/wasm.sh "$tmp/$as" "$tmp/$as.wasm" -msimd128
		holds "$model as $as gives the host's bytes in node" node "$tmp/run.js" "$tmp/$as.wasm"
		rm -rf "${tmp:?}/$as"
	done
done

run deploy "$shared/models/kws_ref_model.tflite" --isa z80 --as c --out "$tmp/z80"
exits "no such family" 2 'z80.*simd128'
run deploy "$shared/models/kws_ref_model.tflite" --isa simd128 --as firmware --out "$tmp/fw"
exits "a firmware for WebAssembly" 2 'leave --isa away'
finish
