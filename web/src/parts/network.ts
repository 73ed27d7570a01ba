// network.ts -- the project's model as WebAssembly: made by the job "deploy --as wasm", run in workers/network.ts.
// Its numbers are those of the board: the same code, and the module is asked for known numbers when it is opened.
import type { Heard, Info } from "../../../device/web/runtime.mjs";
import { hasVectors } from "../../../device/web/runtime.mjs";
import * as api from "../api";
import type { Job } from "../api";
import { threadUrl } from "../threads";
import type { Answer, Ask } from "../workers/network";

export type { Heard, Info };
export type Judged = { heard: Heard[]; scores: number[] };
// what of each kind of question is without its number
type Question = Ask extends infer A ? (A extends Ask ? Omit<A, "id"> : never) : never;

export class Network {
  info: Info;
  same = false;
  private worker = new Worker(threadUrl("network"));
  private waiting = new Map<number, { then: (a: Answer) => void; fail: (e: Error) => void }>();
  private next = 1;

  private constructor(info: Info) {
    this.info = info;
    this.worker.onmessage = (m: MessageEvent<Answer>) => {
      const w = this.waiting.get(m.data.id);
      this.waiting.delete(m.data.id);
      if (m.data.error !== undefined) w?.fail(new Error(m.data.error));
      else w?.then(m.data);
    };
    this.worker.onerror = (e) => {
      for (const w of this.waiting.values()) w.fail(new Error(e.message));
      this.waiting.clear();
    };
  }

  static async open(bytes: ArrayBuffer, info: Info, vectors: boolean): Promise<Network> {
    const n = new Network(info);
    try {
      n.same = (await n.ask({ what: "open", bytes, info, vectors })).same === true;
    } catch (e) {
      n.close();
      throw e;
    }
    return n;
  }

  private ask(q: Question): Promise<Answer> {
    const id = this.next++;
    return new Promise((then, fail) => {
      this.waiting.set(id, { then, fail });
      this.worker.postMessage({ ...q, id });
    });
  }
  private async judged(q: Question): Promise<Judged> {
    const a = await this.ask(q);
    return { heard: a.heard ?? [], scores: a.scores ?? [] };
  }

  /** Forgets all that it heard. */
  start = () => this.ask({ what: "start" });
  listen = (samples: Int16Array) => this.judged({ what: "listen", samples });
  watch = (rows: Float32Array) => this.judged({ what: "watch", rows });
  look = (picture: ImageData) => this.judged({ what: "look", picture: { width: picture.width, height: picture.height, data: picture.data } });
  /** Questions that have no answer yet: who asks faster than it computes waits. */
  get behind(): number {
    return this.waiting.size;
  }
  close(): void {
    this.worker.terminate();
    for (const w of this.waiting.values()) w.fail(new Error("closed"));
    this.waiting.clear();
  }
}

/** Of what the job wrote; the job and its files are forgotten afterwards. */
export async function openNetwork(project: string, job: Job): Promise<Network> {
  const files = job.files?.length ? job.files : ((await api.jobs.get(project, job.id)).files ?? []);
  const vectors = hasVectors();
  const find = (end: string, not?: string) => files.find((f) => f.path.endsWith(end) && !(not && f.path.endsWith(not)))?.path;
  const about = find(".json");
  const wasm = vectors ? find(".simd.wasm") : find(".wasm", ".simd.wasm");
  if (!about || !wasm) throw new Error(`${job.title}: no .wasm`);
  const [text, bytes] = await Promise.all([api.jobs.file(project, job.id, about), api.jobs.file(project, job.id, wasm)]);
  const info = JSON.parse(new TextDecoder().decode(text)) as Info;
  const network = await Network.open(bytes, info, vectors);
  void api.jobs.remove(project, job.id).catch(() => {}); // it is in memory now
  return network;
}
