// tap.ts -- samples of the microphone for whoever listens along: blocks of 128 floats, as they come.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

registerProcessor(
  "tap",
  class extends AudioWorkletProcessor {
    process(inputs: Float32Array[][]): boolean {
      const c = inputs[0]?.[0];
      if (c) this.port.postMessage(c.slice());
      return true;
    }
  },
);
