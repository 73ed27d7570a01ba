// runtime.mjs -- what the engine's module (web.c) is called by: in every exported NAME.mjs, and in the studio's pages.

const arrays = {float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
                int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array, bool: Uint8Array};

// Can this engine do vectors? A module with one function that makes one.
export function hasVectors() {
  return WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]));
}

// exports: of the module; info: what NAME.json says of it.
export class Model {
  constructor(exports, info, vectors) {
    this.wasm = exports;
    this.info = info;
    this.vectors = vectors;
    this.start();
  }

  // Forgets all that was heard, felt or seen, and the network's own state.
  start() {
    if (this.wasm.web_start()) throw new Error('the model does not start');
  }

  #at(place, type, n) { return new arrays[type](this.wasm.memory.buffer, place, n); }

  // One inference: a typed array for each input; gives copies of the outputs.
  run(inputs) {
    if (inputs.length !== this.info.inputs.length) throw new Error(`the model has ${this.info.inputs.length} inputs, not ${inputs.length}`);
    this.info.inputs.forEach((t, i) => {
      if (inputs[i].length !== t.count) throw new Error(`input ${i} has ${t.count} numbers (${t.shape.join(' x ')}), not ${inputs[i].length}`);
      this.#at(this.wasm.model_input(i), t.type, t.count).set(inputs[i]);
    });
    if (this.wasm.model_invoke()) throw new Error('the loops of the model do not come to an end');
    return this.outputs();
  }

  // The outputs of the last inference, also of one that listen, watch or look made.
  outputs() { return this.info.outputs.map((t, i) => this.#at(this.wasm.model_output(i), t.type, t.count).slice()); }

  #push(n) {
    const found = this.wasm.web_push(n);
    if (found < 0) throw new Error('the model did not come to an end');
    const e = this.#at(this.wasm.web_events(), 'int32', 3 * found);
    return Array.from({length: found}, (_, i) => ({time: e[3 * i], label: this.info.labels[e[3 * i + 1]], score: e[3 * i + 2] / 256}));
  }

  #must(kind) { if (this.info.kind !== kind) throw new Error(`this model is of kind "${this.info.kind}", not "${kind}"`); }

  listen(samples) {
    this.#must('sound');
    const heard = [];
    for (let i = 0; i < samples.length; i += 4096) {
      const part = samples.subarray(i, i + 4096);
      this.#at(this.wasm.web_feed(), 'int16', part.length).set(part);
      heard.push(...this.#push(part.length));
    }
    return heard;
  }

  watch(row) {
    this.#must('sensor');
    if (row.length !== this.info.axes) throw new Error(`a row has ${this.info.axes} numbers, not ${row.length}`);
    this.#at(this.wasm.web_feed(), 'float32', this.info.axes).set(row);
    return this.#push(1);
  }

  // Pixels as the sensor on a board sends them: 5, 6 and 5 bits of red, green and blue, the high byte first.
  look(image) {
    this.#must('camera');
    if (image.width !== this.info.width || image.height !== this.info.height) throw new Error(`a picture has ${this.info.width} x ${this.info.height} pixels`);
    const to = this.#at(this.wasm.web_feed(), 'uint8', 2 * this.info.width * this.info.height);
    for (let i = 0, p = 0; i < to.length; i += 2, p += 4) {
      const v = (image.data[p] >> 3) << 11 | (image.data[p + 1] >> 2) << 5 | image.data[p + 2] >> 3;
      to[i] = v >> 8;
      to[i + 1] = v;
    }
    return this.#push(1)[0];
  }

  // Milliseconds of one inference, the least of many.
  time(rounds = 20) {
    let best = Infinity;
    for (let k = 0; k < rounds; k++) {
      const from = performance.now();
      let runs = 0;
      for (; performance.now() - from < 5; runs++) this.wasm.model_invoke();
      best = Math.min(best, (performance.now() - from) / runs);
    }
    this.start();
    return best;
  }
}

// Numbers that the network was given when it was written, and what it answered then: true when it does so here.
export function sameAsWritten(model) {
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const {info} = model;
  let at = 0;
  model.start();
  const all = bytes(info.test.in), inputs = info.inputs.map(t => {
    const part = all.slice(at, at += t.bytes);
    return new arrays[t.type](part.buffer);
  });
  const out = model.run(inputs).flatMap(o => Array.from(new Uint8Array(o.buffer)));
  const want = bytes(info.test.out);
  model.start();
  return want.length === out.length && want.every((v, i) => v === out[i]);
}
