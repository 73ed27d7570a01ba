// bench.js MODULE.wasm..   Milliseconds of processor time of one inference of each module that tools/wasm.sh made, the least
// of many rounds, one line each.  The modules take turns, so that a busy machine is the same for all.
'use strict';
const fs = require('fs');
const rounds = 30, roundMs = 20;

const usedMs = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1000; };

(async () => {
  const modules = await Promise.all(process.argv.slice(2).map(async file => {
    const {instance} = await WebAssembly.instantiate(fs.readFileSync(file), {});
    if (instance.exports.model_init()) throw new Error(`${file}: model_init failed`);
    return {invoke: instance.exports.model_invoke, best: Infinity};
  }));
  for (let round = 0; round < rounds; round++)
    for (const m of modules) {
      const from = usedMs();
      let runs = 0, used = 0;
      for (; used < roundMs; runs += 4, used = usedMs() - from)
        for (let k = 0; k < 4; k++)
          if (m.invoke()) throw new Error('model_invoke failed');
      m.best = Math.min(m.best, used / runs);
    }
  for (const m of modules) console.log(m.best.toFixed(5));
})().catch(e => { console.error(e.message); process.exit(1); });
