#!/bin/sh
# thimble deploy --as wasm: node.js runs the plain module and the one with vectors by the ES module that is written with
# them, and both give the bytes of thimble run; what is missing is said; the page asks nobody for anything.
# Under sanitizers: make soak
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
shared=${THIMBLE_SHARED:-../shared}
model=$shared/models/hello_world_int8.tflite
[ -f "$model" ] || { skip "models as WebAssembly" "$shared is not here"; finish; }

mkdir "$tmp/bin"
path=$PATH; PATH=$tmp/bin
run deploy "$model" --as wasm --out "$tmp/web"; PATH=$path; exits "no compiler" 1 'Debian package clang'
holds "nothing was written" test ! -e "$tmp/web"
for program in clang wasm-ld node; do
	command -v $program >/dev/null || { skip "models as WebAssembly" "$program is not here"; finish; }
done
ln -s "$(command -v clang)" "$tmp/bin/clang"
PATH=$tmp/bin
run deploy "$model" --as wasm --out "$tmp/web"; PATH=$path; exits "no linker" 1 'Debian package lld'
run deploy "$model" --isa plain --as wasm --out "$tmp/web"; exits "--isa with --as wasm" 2 'leave --isa away'
run deploy "$model" "$model" --as wasm --out "$tmp/web"; exits "two models in one module" 2 'one model'

cat >"$tmp/run.mjs" <<'END2'
import {readFileSync, writeFileSync} from 'node:fs';
const [, , module, file, out] = process.argv;
const {load, info, sameAsWritten} = await import(module);
const feed = readFileSync(file);
const types = {float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, int32: Int32Array};
for (const vectors of [true, false]) {
  const model = await load({vectors}), parts = [];
  if (!sameAsWritten(model)) process.exit(3);
  for (let at = 0; at < feed.length;) {
    const inputs = info.inputs.map(t => {
      const part = feed.buffer.slice(feed.byteOffset + at, feed.byteOffset + at + t.bytes);
      at += t.bytes;
      return new types[t.type](part);
    });
    parts.push(...model.run(inputs).map(o => Buffer.from(o.buffer)));
  }
  writeFileSync(out + (vectors ? '.simd' : '.plain'), Buffer.concat(parts));
}
END2
for input in hello_world_int8.seed1 hello_world_float.seed1 kws_ref_model.sample0 ad01_int8.seed1; do
	m=${input%.*}
	[ -f "$shared/goldens/$input.in.bin" ] || { skip "$m" "it has no inputs"; continue; }
	run deploy "$shared/models/$m.tflite" --as wasm --out "$tmp/$m"; exits "$m as WebAssembly" 0 'with vectors'
	run run "$shared/models/$m.tflite" --in "$shared/goldens/$input.in.bin" --out "$tmp/want"; exits "$m on the host" 0
	holds "$m runs in node.js" node "$tmp/run.mjs" "$tmp/$m/$m.mjs" "$shared/goldens/$input.in.bin" "$tmp/got"
	holds "$m: the plain module gives the host's bytes" cmp "$tmp/want" "$tmp/got.plain"
	holds "$m: so do its vectors" cmp "$tmp/want" "$tmp/got.simd"
done
holds "the modules import nothing" node -e "
const fs = require('fs');
for (const f of ['kws_ref_model.wasm', 'kws_ref_model.simd.wasm'])
  if (WebAssembly.Module.imports(new WebAssembly.Module(fs.readFileSync('$tmp/kws_ref_model/' + f))).length) process.exit(1)"
# shellcheck disable=SC2317 # called by holds
quiet() { ! grep -nE 'https?:|src=|href=|@import|url\(' "$1"; }
holds "the page loads nothing" quiet "$tmp/kws_ref_model/index.html"
run deploy "$model" --as wasm --out "$tmp/a'b<c"; exits "a name that would end a script" 0
holds "is not in the page" quiet "$tmp/a'b<c/index.html"
holds "and its module can be read" node "$tmp/run.mjs" "$tmp/a'b<c/a-b-c.mjs" "$shared/goldens/hello_world_int8.seed1.in.bin" "$tmp/got"

command -v chromium >/dev/null || { skip "the page in a browser" "chromium is not here"; finish; }
timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/chromium" --virtual-time-budget=20000 \
	--dump-dom "file://$tmp/kws_ref_model/index.html" >"$tmp/dom" 2>"$tmp/err"
rc=$?
holds "the page, from the disk, says that all bytes are the same" grep -q 'data-same="yes"' "$tmp/dom"
finish
