// network.ts -- the model's WebAssembly in a thread of its own, so that the page never stands still while it computes.
// What goes in and out is in parts/network.ts.
import { Model, sameAsWritten } from "../../../device/web/runtime.mjs";
import type { Heard, Info } from "../../../device/web/runtime.mjs";

export type Ask =
  | { id: number; what: "open"; bytes: ArrayBuffer; info: Info; vectors: boolean }
  | { id: number; what: "start" }
  | { id: number; what: "listen"; samples: Int16Array }
  | { id: number; what: "watch"; rows: Float32Array }
  | { id: number; what: "look"; picture: { width: number; height: number; data: Uint8ClampedArray } };
export type Answer = {
  id: number;
  error?: string;
  same?: boolean; // open: the numbers are those of the computer that wrote it
  heard?: Heard[];
  scores?: number[]; // of the last inference, 0 to 1
};

let model: Model | null = null;
const thread = self as unknown as { onmessage: (m: MessageEvent<Ask>) => void; postMessage: (a: Answer) => void };

/** Of integer networks by their scale; of others as they are. */
function scores(m: Model): number[] {
  const out = m.outputs()[0];
  const t = m.info.outputs[0];
  if (!out || !t || out.length !== m.info.labels.length) return [];
  return Array.from(out, (v) => (t.scale === undefined ? v : (v - (t.zero ?? 0)) * t.scale));
}

/** Each row by itself: a row may end a window. */
function watch(m: Model, rows: Float32Array): Heard[] {
  const axes = m.info.axes ?? 1;
  const heard: Heard[] = [];
  for (let i = 0; i + axes <= rows.length; i += axes) heard.push(...m.watch(rows.subarray(i, i + axes)));
  return heard;
}

async function answer(a: Ask): Promise<Answer> {
  if (a.what === "open") {
    const { instance } = (await WebAssembly.instantiate(a.bytes, {})) as unknown as { instance: WebAssembly.Instance };
    model = new Model(instance.exports, a.info, a.vectors);
    return { id: a.id, same: sameAsWritten(model) };
  }
  const m = model;
  if (!m) return { id: a.id, error: "no model" };
  if (a.what === "start") m.start();
  if (a.what === "listen") return { id: a.id, heard: m.listen(a.samples), scores: scores(m) };
  if (a.what === "watch") return { id: a.id, heard: watch(m, a.rows), scores: scores(m) };
  if (a.what === "look") return { id: a.id, heard: [m.look(a.picture)], scores: scores(m) };
  return { id: a.id };
}

thread.onmessage = (m) => {
  answer(m.data).then(
    (reply) => thread.postMessage(reply),
    (e) => thread.postMessage({ id: m.data.id, error: e instanceof Error ? e.message : String(e) }),
  );
};
