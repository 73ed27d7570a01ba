// recorder.ts -- runs beside the page: takes the microphone's samples and hands them over, 20 ms at a time, mono.
export {}; // a module: its names are its own
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, type: unknown): void;

class Recorder extends AudioWorkletProcessor {
  private readonly size = Math.max(128, Math.round(sampleRate / 50));
  private block = new Float32Array(this.size);
  private n = 0;

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    const first = channels[0];
    if (!first) return true; // the microphone is not there yet
    for (let i = 0; i < first.length; i++) {
      let sum = 0;
      for (const c of channels) sum += c[i] ?? 0;
      this.block[this.n++] = sum / channels.length;
      if (this.n < this.size) continue;
      this.port.postMessage(this.block, [this.block.buffer]);
      this.block = new Float32Array(this.size); // the one that was sent is empty now
      this.n = 0;
    }
    return true;
  }
}
registerProcessor("recorder", Recorder);
