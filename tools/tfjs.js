// tfjs.js PACKAGE_DIR THREADS MODEL.tflite..   Milliseconds of one run with npm's TFLite in WASM (SIMD), the least of
// many: "name,threads,ms" for each model.  PACKAGE_DIR: node_modules/@tensorflow/tfjs-tflite.  Called by compare-tfjs.sh.
'use strict';
const fs = require('fs'), path = require('path'), threads = require('worker_threads');
const [dir, n, ...models] = process.argv.slice(2);
const name = +n > 1 ? 'tflite_web_api_cc_simd_threaded' : 'tflite_web_api_cc_simd';
const wasm = path.join(dir, 'wasm');

// A browser's Worker, as far as emscripten needs it; its program is a text inside the package.
const text = fs.readFileSync(path.join(dir, 'dist/tf-tflite.node.js'), 'utf8');
const start = text.indexOf('"use strict";var Module={};var initializedJS'), end = text.indexOf("')", start);
const program = `
const t = require('worker_threads'); globalThis.self = globalThis; globalThis.location = {href: ''};
globalThis.postMessage = m => t.parentPort.postMessage(m);
globalThis.importScripts = f => { globalThis.tflite_web_api_ModuleFactory = require(f); };
t.parentPort.on('message', data => self.onmessage({data}));
${new Function(`return '${text.slice(start, end)}'`)()}`;
globalThis.Worker = class {
  constructor() {
    this.worker = new threads.Worker(program, {eval: true});
    this.worker.unref();
    this.worker.on('message', data => this.onmessage({data}));
    this.worker.on('error', e => { console.error(e); process.exit(1); });
  }
  postMessage(m) { this.worker.postMessage(m); }
  terminate() { this.worker.terminate(); }
};

function measure(m, file) {
  const bytes = fs.readFileSync(file), at = m._malloc(bytes.length);
  m.HEAPU8.set(bytes, at);
  const made = m.TFLiteWebModelRunner.CreateFromBufferAndOptions(at, bytes.length,
      {numThreads: +n, enableProfiling: false, maxProfilingBufferEntries: 16});
  if (!made.ok()) return NaN;
  const runner = made.value();
  let best = Infinity;
  for (let round = 0; round < 30; round++)
    for (const stop = performance.now() + 20; performance.now() < stop;) {
      const from = performance.now();
      if (!runner.Infer()) return NaN;
      best = Math.min(best, performance.now() - from);
    }
  runner.delete();
  return best;
}

(async () => {
  const file = path.resolve(wasm, name + '.js');
  const m = await require(file)({
    locateFile: f => path.resolve(wasm, f), wasmBinary: fs.readFileSync(path.resolve(wasm, name + '.wasm')),
    mainScriptUrlOrBlob: file, print() {}, printErr() {},
  });
  for (const model of models) console.log([path.basename(model), n, measure(m, model).toFixed(4)].join(','));
  process.exit(0);
})().catch(e => { console.error(e); process.exit(1); });
