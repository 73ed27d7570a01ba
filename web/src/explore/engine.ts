// engine.ts -- Thimble's own C code in the page: engine.wasm, made by tools/engine.sh from src/explore and what it needs
// of the library.  It comes once, when the first explorable is shown.
declare const __ENGINE__: string; // its address; "" when the studio was built without it

type Call = (...args: number[]) => number;
type Exports = { memory: WebAssembly.Memory; _initialize: () => void; malloc: Call; free: (at: number) => void };

/** What src/explore/explore.h declares, without th_explore_ in front of the names. */
export class Engine {
  private readonly f: Exports & Record<string, Call>;
  constructor(exports: WebAssembly.Exports) {
    this.f = exports as unknown as Exports & Record<string, Call>;
    this.f._initialize();
  }

  call(name: string, ...args: number[]): number {
    const f = this.f[`th_explore_${name}`];
    if (!f) throw new Error(`engine.wasm has no th_explore_${name}`);
    return f(...args);
  }

  /** n floats that the function writes. */
  floats(n: number, fill: (at: number) => void): Float32Array {
    return this.room(4 * n, (at) => {
      fill(at);
      return new Float32Array(this.f.memory.buffer, at, n).slice();
    });
  }

  /** Floats that the function reads. */
  given<T>(values: ArrayLike<number>, use: (at: number) => T): T {
    return this.room(4 * values.length, (at) => {
      new Float32Array(this.f.memory.buffer, at, values.length).set(values);
      return use(at);
    });
  }

  /** Text that the function reads. */
  told<T>(text: string, use: (at: number) => T): T {
    const bytes = new TextEncoder().encode(`${text}\0`);
    return this.room(bytes.length, (at) => {
      new Uint8Array(this.f.memory.buffer, at, bytes.length).set(bytes);
      return use(at);
    });
  }

  /** Floats that stand in the engine. */
  peek(at: number, n: number): Float32Array {
    return new Float32Array(this.f.memory.buffer, at, n).slice();
  }

  /** A text that ends with a zero, at an address of the engine. */
  text(at: number): string {
    const bytes = new Uint8Array(this.f.memory.buffer, at);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  private room<T>(bytes: number, use: (at: number) => T): T {
    const at = this.f.malloc(Math.max(bytes, 4));
    if (!at) throw new RangeError("engine.wasm: no memory");
    try {
      return use(at);
    } finally {
      this.f.free(at);
    }
  }
}

/** What the C library asks of its surroundings; here are no files to write to. */
const noFile = () => 8; // EBADF
const surroundings = { wasi_snapshot_preview1: { fd_close: noFile, fd_seek: noFile, fd_write: noFile } };

let coming: Promise<Engine | null> | null = null;

async function fetchEngine(): Promise<Engine | null> {
  if (!__ENGINE__ || typeof WebAssembly !== "object") return null;
  const reply = await fetch(__ENGINE__);
  if (!reply.ok) throw new Error(`engine.wasm: ${reply.status}`);
  const { instance } = await WebAssembly.instantiate(await reply.arrayBuffer(), surroundings);
  return new Engine(instance.exports);
}

/** null: there is none in this studio, or this browser runs no WebAssembly. */
export function loadEngine(): Promise<Engine | null> {
  coming ??= fetchEngine().catch((e: unknown) => {
    coming = null; // the network may be back the next time
    throw e;
  });
  return coming;
}
