// board.ts -- the lines of `thimble emulate --live` (docs/deploy.md), and how what a source gives becomes its input.
import * as api from "../api";

type Part = { name: string; bytes: number };
export type Memory = { name: "flash" | "ram"; at: number; bytes: number; used: number; parts: Part[] };
export type About = {
  name: string;
  title: string;
  chip: string;
  core: string;
  clock_hz: number;
  memory: Memory[];
  arena: number;
  input:
    | { kind: "sound"; rate_hz: number }
    | { kind: "rows"; rate_hz: number; axes: number }
    | { kind: "frames"; width: number; height: number; bytes: number };
  labels: string[];
};
export type Run = {
  time_ms: number;
  instructions: number;
  features_instructions: number;
  ms_estimate: number;
  behind_ms?: number;
  behind_frames?: number;
  scores: number[];
};
export type End = { time_ms: number; inferences: number; detections: number; instructions: number; instructions_max: number; stack?: number; host_equal?: boolean };
export type Line = {
  board?: About;
  serial?: string;
  led?: number;
  time_ms?: number;
  detect?: { time_ms: number; label: string; score: number };
  run?: Run;
  end?: End;
};

/** 5, 6 and 5 bits of red, green and blue, the high byte first: as an OV7675 sends them. */
export function rgb565(picture: ImageData): Uint8Array {
  const to = new Uint8Array(2 * picture.width * picture.height);
  for (let i = 0, p = 0; i < to.length; i += 2, p += 4) {
    const [r, g, b] = [picture.data[p] ?? 0, picture.data[p + 1] ?? 0, picture.data[p + 2] ?? 0];
    const v = ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3);
    to[i] = v >> 8;
    to[i + 1] = v & 255;
  }
  return to;
}

export const bytesOf = (pcm: Int16Array) => new Uint8Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength));

export function linesOf(rows: Float32Array, axes: number): Uint8Array {
  let text = "";
  for (let i = 0; i + axes <= rows.length; i += axes) text += `${Array.from(rows.subarray(i, i + axes)).join(",")}\n`;
  return new TextEncoder().encode(text);
}

/** Bytes to a job, in their order: one request at a time, and what comes meanwhile goes with the next. */
export class Wire {
  private waiting: Uint8Array[] = [];
  private going = false;
  private over = false;
  constructor(
    private project: string,
    private job: string,
    private failed: (e: unknown) => void,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.over) return;
    this.waiting.push(bytes);
    void this.go();
  }

  /** The input ends here; what waits goes first. */
  end(): void {
    if (this.over) return;
    this.over = true;
    void this.go();
  }

  private async go(): Promise<void> {
    if (this.going) return;
    this.going = true;
    try {
      while (this.waiting.length) {
        const all = new Blob(this.waiting as BlobPart[]);
        this.waiting = [];
        await api.jobs.input(this.project, this.job, all);
      }
      if (this.over) await api.jobs.input(this.project, this.job, new Uint8Array(0), true);
    } catch (e) {
      this.over = true;
      this.waiting = [];
      this.failed(e);
    } finally {
      this.going = false;
    }
  }
}
