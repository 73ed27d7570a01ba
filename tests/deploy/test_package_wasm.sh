#!/bin/sh
# The executor and a package as WebAssembly without a C library: main_selftest.c, run by node, gives the host's bytes.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}

for program in clang wasm-ld node; do
	command -v $program >/dev/null || { skip "packages as WebAssembly" "$program is not here"; finish; }
done
[ -d "$shared/models" ] || { skip "packages as WebAssembly" "$shared is not here"; finish; }

cat >"$tmp/run.js" <<'END'
const bytes = require('fs').readFileSync(process.argv[2]);
WebAssembly.instantiate(bytes, {}).then(w => process.exit(w.instance.exports.selftest()));
END

for model in kws_ref_model ad01_int8 hello_world_float audio_preprocessor_int8; do
	run deploy "$shared/models/$model.tflite" --isa plain --as package --out "$tmp/$model"
	exits "$model as a package for any processor" 0 'plain'
	holds "$model compiles to WebAssembly" tools/wasm.sh "$tmp/$model" "$tmp/$model.wasm"
	holds "$model runs there with the host's bytes" node "$tmp/run.js" "$tmp/$model.wasm"
done
# The test can fail: another byte is expected.
sed 's/^static const uint8_t expected_1_0\[[0-9]*\].*/&\n    1 +/' "$tmp/kws_ref_model/main_selftest.c" >"$tmp/other.c"
mv "$tmp/other.c" "$tmp/kws_ref_model/main_selftest.c"
holds "a wrong expectation compiles" tools/wasm.sh "$tmp/kws_ref_model" "$tmp/wrong.wasm"
# shellcheck disable=SC2317 # called by holds
differs() { ! node "$tmp/run.js" "$1"; }
holds "a wrong expectation is noticed" differs "$tmp/wrong.wasm"
finish
