// microphone.ts -- sound as it is: one channel of 16-bit samples at the rate that is wanted, without the browser's own
// changes of it (echo cancellation, noise suppression, automatic gain), which a network would learn and a board has not.
import { threadUrl } from "../threads";

export type Microphone = { rate: number; name: string; close: () => void };
type Options = {
  rate: number; // samples a second
  chunkMs?: number; // so much at once (100)
  deviceId?: string;
  /** The microphone was pulled out, or taken back by the browser. */
  onEnd?: () => void;
};

export const toInt16 = (f: ArrayLike<number>): Int16Array =>
  Int16Array.from(f, (v) => Math.max(-32768, Math.min(32767, Math.round(v * 32768))));

/** Another rate, by straight lines: only for browsers whose AudioContext takes the device's rate alone. */
function bend(from: number, to: number): (x: Float32Array) => Float32Array {
  const step = from / to;
  let at = 0;
  let last = 0;
  return (x) => {
    const out: number[] = [];
    for (; at < x.length; at += step) {
      const k = Math.floor(at);
      const before = k === 0 ? last : (x[k - 1] ?? 0);
      out.push(before + (at - k) * ((x[k] ?? 0) - before));
    }
    at -= x.length;
    last = x[x.length - 1] ?? last;
    return Float32Array.from(out);
  };
}

/** Chunks of samples come until close(). Fails as getUserMedia does: NotAllowedError, NotFoundError, .. */
export async function openMicrophone(options: Options, onChunk: (pcm: Int16Array) => void): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1, deviceId: options.deviceId },
  });
  const stop = () => stream.getTracks().forEach((t) => t.stop());
  let context = new AudioContext({ sampleRate: options.rate, latencyHint: "interactive" });
  let source: MediaStreamAudioSourceNode;
  try {
    source = context.createMediaStreamSource(stream);
  } catch {
    await context.close();
    context = new AudioContext();
    source = context.createMediaStreamSource(stream);
  }
  try {
    await context.audioWorklet.addModule(threadUrl("tap"));
    await context.resume();
  } catch (e) {
    stop();
    await context.close();
    throw e;
  }
  const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  const change = context.sampleRate === options.rate ? null : bend(context.sampleRate, options.rate);
  const size = Math.round(((options.chunkMs ?? 100) * options.rate) / 1000);
  let chunk = new Float32Array(size);
  let n = 0;
  tap.port.onmessage = (m: MessageEvent<Float32Array>) => {
    for (const v of change ? change(m.data) : m.data) {
      chunk[n++] = v;
      if (n < size) continue;
      onChunk(toInt16(chunk));
      chunk = new Float32Array(size);
      n = 0;
    }
  };
  source.connect(tap);
  const track = stream.getAudioTracks()[0];
  track?.addEventListener("ended", () => options.onEnd?.());
  const close = () => {
    tap.port.onmessage = null;
    source.disconnect();
    stop();
    void context.close();
  };
  return { rate: options.rate, name: track?.label ?? "", close };
}
