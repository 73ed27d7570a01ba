// bench.js MODULE.wasm..   Milliseconds of one inference of each module that tools/wasm.sh made, the least of many runs,
// one line each.  The modules take turns, so that a busy machine is the same for all.
'use strict';
const fs = require('fs');
const rounds = 30, roundMs = 20;

(async () => {
  const modules = await Promise.all(process.argv.slice(2).map(async file => {
    const {instance} = await WebAssembly.instantiate(fs.readFileSync(file), {});
    if (instance.exports.model_init()) throw new Error(`${file}: model_init failed`);
    return {invoke: instance.exports.model_invoke, best: Infinity};
  }));
  for (let round = 0; round < rounds; round++)
    for (const m of modules)
      for (const stop = performance.now() + roundMs; performance.now() < stop;) {
        const from = performance.now();
        for (let k = 0; k < 4; k++) // the clock ticks in microseconds
          if (m.invoke()) throw new Error('model_invoke failed');
        m.best = Math.min(m.best, (performance.now() - from) / 4);
      }
  for (const m of modules) console.log(m.best.toFixed(5));
})().catch(e => { console.error(e.message); process.exit(1); });
