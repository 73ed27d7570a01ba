// @NAME@.mjs -- the network as a module for browsers and node.js. Written by thimble; changes are lost when it is written again.
//
//   import {load} from './@NAME@.mjs';
//   const model = await load();                  // @NAME@.simd.wasm where there are vectors, else @NAME@.wasm
//   const [scores] = model.run([input]);         // typed arrays as info.inputs and info.outputs say
//
// With the features in front of the network, as info.kind says (new start: model.start()):
//   sound    model.listen(Int16Array)            samples of info.rate a second, any number -> [{time, label, score}]
//   sensor   model.watch([x, y, ..])             one row of info.axes numbers, info.rate rows a second -> the same
//   camera   model.look(ImageData)               info.width x info.height pixels -> {label, score}
export const info = @INFO@;

async function bytesOf(file) {
  const url = new URL(file, import.meta.url);
  if (url.protocol === 'file:' && typeof process !== 'undefined') {
    const {readFile} = await import('node:fs/promises');
    return readFile(url);
  }
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}

// bytes: a .wasm file that was read already. vectors: false takes the plain one.
export async function load({bytes, vectors = hasVectors()} = {}) {
  const wasm = bytes ?? await bytesOf(vectors ? '@NAME@.simd.wasm' : '@NAME@.wasm');
  const {instance} = await WebAssembly.instantiate(wasm, {});
  return new Model(instance.exports, info, vectors);
}

@RUNTIME@